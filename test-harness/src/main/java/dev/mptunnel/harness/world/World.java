package dev.mptunnel.harness.world;

import dev.mptunnel.core.Endpoint.PathSpec;
import dev.mptunnel.core.EndpointSettings;
import dev.mptunnel.core.Flow;
import dev.mptunnel.core.Output;
import dev.mptunnel.core.Session;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.link.LinkModel;
import dev.mptunnel.harness.link.LinkProperties;
import dev.mptunnel.harness.sim.SimNetwork;
import dev.mptunnel.harness.sim.Trace;
import dev.mptunnel.harness.world.WorldPlan.Mishap;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * One small world: a client with up to eight bad paths to a server, applications that talk both
 * ways, and mishaps. The {@link DeliveryOracle} judges each packet as it arrives; at the end, with
 * one path good again, datagrams must soon pass both ways.
 */
public final class World {

  private static final long START_NANOS = 1_000_000_000_000L;
  private static final long PROBE_NANOS = 50_000_000;
  private static final long RECOVERY_LIMIT_NANOS = 5_000_000_000L;
  private static final int MAX_DATAGRAM_BYTES = 65_482;

  private final Seed seed;
  private final WorldPlan plan;
  private final Trace trace;
  private final UnaryOperator<Output> wrapping;
  private final RandomGenerator random;
  private final SimNetwork network;
  private final DeliveryOracle oracle;
  private final List<LinkModel> ups = new ArrayList<>();
  private final List<LinkModel> downs = new ArrayList<>();
  private final List<Flow> clientFlows = new ArrayList<>();
  private CoreNode client;
  private CoreNode server;
  private Session session;
  private int lives;
  private boolean over;

  /** A world of this seed, of whose packets the trace keeps so many to print. */
  public World(Seed seed, int traceCapacity) {
    this(seed, traceCapacity, output -> output);
  }

  /** A world whose endpoints' outputs are tampered with, to see that it is found. */
  World(Seed seed, int traceCapacity, UnaryOperator<Output> wrapping) {
    this.seed = seed;
    this.plan = WorldPlan.draw(seed);
    this.trace = new Trace(traceCapacity, Packets::describe);
    this.wrapping = wrapping;
    this.random = seed.part("world").generator();
    this.network =
        new SimNetwork(
            START_NANOS,
            trace,
            (node, at, intact, packet) -> arrives((CoreNode) node, intact, packet));
    this.oracle = new DeliveryOracle(network::nowNanos);
  }

  /**
   * What a world came to.
   *
   * @param submitted datagrams that applications gave, both ways
   * @param delivered datagrams that applications got
   * @param undecided arrivals of which the oracle could not say whether they are delivered
   * @param recoveryNanos how long after the end datagrams passed both ways
   * @param digest of everything that was sent, and its fate
   */
  public record Outcome(
      long submitted, long delivered, long undecided, long recoveryNanos, long digest) {}

  /**
   * Lets the world run.
   *
   * @throws AssertionError when something happened that must not, with the seed, the plan, and the
   *     last packets
   */
  public Outcome run() {
    try {
      for (int path = 0; path < plan.paths(); path++) {
        ups.add(model(plan.up().get(path), "up " + path));
        downs.add(model(plan.down().get(path), "down " + path));
        network.link(clientAddress(path), serverAddress(path), ups.getLast());
        network.link(serverAddress(path), clientAddress(path), downs.getLast());
      }
      startServer();
      startClient();
      plan.mishaps().forEach(m -> network.at(START_NANOS + m.atNanos(), () -> happen(m)));
      talk();
      network.driveUntil(START_NANOS + plan.lengthNanos());
      long recoveryNanos = recover();
      accountForUnsent();
      return new Outcome(
          oracle.submitted(),
          oracle.delivered(),
          oracle.undecided(),
          recoveryNanos,
          trace.digest());
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError(e + "\n" + seed + "\n" + plan + trace, e);
    }
  }

  /** The packets kept, to print. */
  public String trace() {
    return plan.toString() + trace;
  }

  private void arrives(CoreNode node, boolean intact, ByteBuffer packet) {
    oracle.onArrival(node, intact, packet);
  }

  // --- the two ends ---

  private void startServer() {
    server = node("server " + lives, EndpointSettings.defaults(true));
    for (int port = 0; port < plan.serverPorts(); port++) {
      network.bind(server, port, serverAddress(port));
    }
  }

  private void startClient() {
    client = node("client " + lives, EndpointSettings.defaults(false));
    List<PathSpec> specs = new ArrayList<>();
    for (int path = 0; path < plan.paths(); path++) {
      network.bind(client, path, clientAddress(path));
      specs.add(new PathSpec("p" + path, path, serverAddress(path)));
    }
    session = client.endpoint().open(network.nowNanos(), specs);
    clientFlows.clear();
    for (int flow = 0; flow < plan.flows(); flow++) {
      clientFlows.add(client.endpoint().openFlow(network.nowNanos(), session));
    }
  }

  private CoreNode node(String name, EndpointSettings settings) {
    RandomGenerator own = seed.part("life").part(lives++).generator();
    return new CoreNode(name, settings, own, network, trace, oracle, wrapping);
  }

  private void stop(CoreNode node, boolean orderly) {
    trace.note(network.nowNanos(), node + (orderly ? " closes" : " is killed"));
    if (orderly) {
      node.endpoint().close();
    }
    network.remove(node);
  }

  private void happen(Mishap mishap) {
    if (over) {
      return;
    }
    trace.note(network.nowNanos(), mishap.toString());
    switch (mishap) {
      case Mishap.ServerRestart restart -> {
        stop(server, restart.orderly());
        startServer();
      }
      case Mishap.ClientRestart restart -> {
        stop(client, restart.orderly());
        startClient();
      }
      case Mishap.Blackout blackout -> {
        setDown(blackout.path(), true);
        network.at(START_NANOS + blackout.untilNanos(), () -> setDown(blackout.path(), false));
      }
      case Mishap.Rebinding rebinding ->
          network.rebind(
              clientAddress(rebinding.path()),
              address("198.51.100." + (1 + rebinding.path()), 1_024 + random.nextInt(60_000)));
    }
  }

  private void setDown(int path, boolean isDown) {
    ups.get(path).setDown(isDown);
    downs.get(path).setDown(isDown);
  }

  // --- what applications do ---

  private void talk() {
    if (over) {
      return;
    }
    sendUp();
    sendDown();
    double pauseNanos = -Math.log(1 - random.nextDouble()) / plan.datagramsPerSecond() * 1e9;
    network.at(network.nowNanos() + Math.round(pauseNanos), this::talk);
  }

  private void sendUp() {
    client.submit(clientFlows.get(random.nextInt(clientFlows.size())), payload());
  }

  private void sendDown() {
    if (!server.flows().isEmpty()) {
      server.submit(server.flows().get(random.nextInt(server.flows().size())), payload());
    }
  }

  private ByteBuffer payload() {
    double kind = random.nextDouble();
    int length =
        kind < 0.1
            ? 0
            : kind < 0.3
                ? random.nextInt(1, 20)
                : kind < 0.99 ? random.nextInt(20, 1_400) : random.nextInt(MAX_DATAGRAM_BYTES + 20);
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return ByteBuffer.wrap(bytes);
  }

  // --- the end ---

  /** One path turns good, the others stay as they are: datagrams must soon pass both ways. */
  private long recover() {
    over = true;
    for (int path = 0; path < plan.paths(); path++) {
      setDown(path, false);
    }
    int good = random.nextInt(plan.paths());
    LinkProperties delay = LinkProperties.parse("delay=50ms");
    network.link(clientAddress(good), serverAddress(good), model(delay, "good"));
    network.link(serverAddress(good), clientAddress(good), model(delay, "good"));
    trace.note(network.nowNanos(), "path " + good + " turns good");
    long fromNanos = network.nowNanos();
    boolean[] passed = new boolean[2];
    oracle.whenDelivered(
        node -> {
          passed[0] |= node == server;
          passed[1] |= node == client;
        });
    probe();
    if (!network.driveUntil(fromNanos + RECOVERY_LIMIT_NANOS, () -> passed[0] && passed[1])) {
      throw new AssertionError(
          "nothing passes, up or down, though a path is good: " + session.report());
    }
    return network.nowNanos() - fromNanos;
  }

  private void probe() {
    sendUp();
    sendDown();
    network.at(network.nowNanos() + PROBE_NANOS, this::probe);
  }

  /** What the client's applications gave has left, or was refused, and the endpoint says so. */
  private void accountForUnsent() {
    long refused =
        client.endpoint().counters().oversized() + client.endpoint().counters().waitedTooLong();
    if (oracle.unsent(client) != refused) {
      throw new AssertionError(
          oracle.unsent(client) + " datagrams never left, but " + refused + " are owned up to");
    }
  }

  // --- places ---

  private LinkModel model(LinkProperties properties, String name) {
    return new LinkModel(properties, seed.part(name).generator(), START_NANOS);
  }

  private InetSocketAddress serverAddress(int path) {
    return address("192.0.2.1", 2_000 + path % plan.serverPorts());
  }

  private static InetSocketAddress clientAddress(int path) {
    return address("10.0." + path + ".2", 40_000 + path);
  }

  private static InetSocketAddress address(String ip, int port) {
    return new InetSocketAddress(ip, port);
  }
}

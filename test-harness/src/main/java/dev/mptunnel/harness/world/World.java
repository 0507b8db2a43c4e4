package dev.mptunnel.harness.world;

import dev.mptunnel.core.Output;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.link.LinkProperties;
import dev.mptunnel.harness.sim.SimNetwork;
import dev.mptunnel.harness.sim.Trace;
import dev.mptunnel.harness.world.WorldPlan.Mishap;
import dev.mptunnel.harness.world.WorldPlan.Side;
import java.nio.ByteBuffer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * One small world: a client with up to eight bad paths to a server, applications that talk both
 * ways, and mishaps. The {@link DeliveryOracle} judges each packet as it arrives; at the end, with
 * one path good again, datagrams must soon pass both ways.
 */
public final class World {

  private static final long PROBE_NANOS = 50_000_000;
  private static final long RECOVERY_LIMIT_NANOS = 5_000_000_000L;
  private static final long QUIET_NANOS = 4_000_000_000L;
  private static final int MAX_DATAGRAM_BYTES = 65_482;

  private final Seed seed;
  private final WorldPlan plan;
  private final Trace trace;
  private final RandomGenerator random;
  private final DeliveryOracle oracle;
  private final Stranger stranger;
  private final SimTunnel tunnel;
  private final SimNetwork network;
  private boolean powerIsCut;
  private boolean over;
  private boolean quiet;

  /** A world of this seed, of whose packets the trace keeps so many to print. */
  public World(Seed seed, int traceCapacity) {
    this(seed, traceCapacity, output -> output);
  }

  /** A world whose endpoints' outputs are tampered with, to see that it is found. */
  World(Seed seed, int traceCapacity, UnaryOperator<Output> wrapping) {
    this.seed = seed;
    plan = WorldPlan.draw(seed);
    Keyring keys = new Keyring();
    trace = new Trace(traceCapacity, new Packets(keys)::describe);
    random = seed.part("world").generator();
    SimTunnel.Layout layout =
        new SimTunnel.Layout(
            plan.paths(),
            plan.serverPorts(),
            plan.flows(),
            plan.namedFlows(),
            plan.orderedFlows(),
            plan.mode(),
            plan.keySettings(),
            plan.clientRepair(),
            plan.serverRepair());
    oracle = new DeliveryOracle(keys, layout.keysDieAfterNanos());
    stranger = new Stranger(seed.part("stranger").generator());
    tunnel = new SimTunnel(seed, layout, trace, keys, oracle.and(stranger), wrapping);
    network = tunnel.network();
  }

  /**
   * What a world came to.
   *
   * @param submitted datagrams that applications gave, both ways
   * @param delivered datagrams that applications got
   * @param overtaken those of flows that want their order that came after one sent behind them, as
   *     the end that delivered them owned up to
   * @param undecided arrivals of which the oracle could not say whether they are delivered
   * @param recoveryNanos how long after the end datagrams passed both ways
   * @param digest of everything that was sent, and its fate
   */
  public record Outcome(
      long submitted,
      long delivered,
      long overtaken,
      long undecided,
      long recoveryNanos,
      long digest) {}

  /**
   * Lets the world run.
   *
   * @throws AssertionError when something happened that must not, with the seed, the plan, and the
   *     last packets
   */
  public Outcome run() {
    try {
      for (int path = 0; path < plan.paths(); path++) {
        tunnel.link(path, plan.up().get(path), plan.down().get(path));
      }
      tunnel.startServer();
      tunnel.startClient();
      plan.mishaps().forEach(mishap -> network.at(at(mishap.atNanos()), () -> happen(mishap)));
      talk();
      if (plan.strangersPerSecond() > 0) {
        disturb();
      }
      network.driveUntil(at(plan.lengthNanos()));
      long recoveryNanos = recover();
      fallSilent();
      accountForUnsent();
      return new Outcome(
          oracle.submitted(),
          oracle.delivered(),
          oracle.overtaken(),
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

  private static long at(long nanosFromStart) {
    return SimTunnel.START_NANOS + nanosFromStart;
  }

  // --- mishaps ---

  private void happen(Mishap mishap) {
    if (over) {
      return;
    }
    trace.note(network.nowNanos(), mishap.toString());
    switch (mishap) {
      case Mishap.Restart restart -> restart(restart.side(), restart.orderly());
      case Mishap.Sleep sleep -> {
        CoreNode node = node(sleep.side());
        node.setAsleep(true);
        network.at(at(sleep.untilNanos()), () -> node.setAsleep(false));
      }
      case Mishap.ClockJump jump -> node(jump.side()).jump(jump.byNanos());
      case Mishap.Blackout blackout -> {
        tunnel.setDown(blackout.path(), true);
        network.at(at(blackout.untilNanos()), () -> tunnel.setDown(blackout.path(), false));
      }
      case Mishap.MtuChange change -> {
        String mtu = " mtu=" + change.mtuBytes();
        tunnel.link(
            change.path(),
            LinkProperties.parse(plan.up().get(change.path()) + mtu),
            LinkProperties.parse(plan.down().get(change.path()) + mtu));
      }
      case Mishap.Rebinding rebinding -> tunnel.rebind(rebinding.path());
      case Mishap.BridgesRestart bridges -> {
        setAllDown(true);
        network.at(at(bridges.untilNanos()), this::startBridges);
      }
      case Mishap.PathOut out -> {
        tunnel.takeOut(out.path());
        network.at(at(out.untilNanos()), () -> tunnel.putIn(out.path()));
      }
      case Mishap.PathPause pause -> {
        tunnel.pause(pause.path(), true);
        network.at(at(pause.untilNanos()), () -> tunnel.pause(pause.path(), false));
      }
      case Mishap.Relay relay -> {
        stranger.relay(tunnel, relay.path(), relay.over());
        network.at(at(relay.untilNanos()), stranger::relayNothing);
      }
      case Mishap.PowerCut cut -> {
        tunnel.stop(tunnel.client(), false);
        tunnel.stop(tunnel.server(), false);
        setAllDown(true);
        powerIsCut = true;
        network.at(at(cut.untilNanos()), this::endPowerCut);
      }
    }
  }

  private CoreNode node(Side side) {
    return side == Side.CLIENT ? tunnel.client() : tunnel.server();
  }

  private void restart(Side side, boolean orderly) {
    tunnel.stop(node(side), orderly);
    if (side == Side.CLIENT) {
      tunnel.startClient();
    } else {
      tunnel.startServer();
    }
  }

  private void setAllDown(boolean areDown) {
    for (int path = 0; path < plan.paths(); path++) {
      tunnel.setDown(path, areDown);
    }
  }

  private void startBridges() {
    if (over) {
      return;
    }
    setAllDown(false);
    for (int path = 0; path < plan.paths(); path++) {
      tunnel.rebind(path);
    }
  }

  private void endPowerCut() {
    if (powerIsCut) {
      powerIsCut = false;
      restart(Side.SERVER, false);
      restart(Side.CLIENT, false);
      startBridges();
    }
  }

  private void disturb() {
    stranger.act(tunnel);
    network.at(network.nowNanos() + pauseNanos(plan.strangersPerSecond()), this::disturb);
  }

  // --- what applications do ---

  private void talk() {
    if (over) {
      return;
    }
    sendUp();
    sendDown();
    network.at(network.nowNanos() + pauseNanos(plan.datagramsPerSecond()), this::talk);
  }

  private long pauseNanos(double perSecond) {
    return Math.round(-Math.log(1 - random.nextDouble()) / perSecond * 1e9);
  }

  private void sendUp() {
    int flow = random.nextInt(plan.flows());
    tunnel.client().submit(tunnel.clientFlows().get(flow), payload());
  }

  private void sendDown() {
    CoreNode server = tunnel.server();
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
    endPowerCut();
    over = true;
    stranger.relayNothing();
    setAllDown(false);
    for (int path = 0; path < plan.paths(); path++) {
      tunnel.putIn(path);
      tunnel.pause(path, false);
    }
    int good = random.nextInt(plan.paths());
    LinkProperties delay = LinkProperties.parse("delay=50ms");
    tunnel.link(good, delay, delay);
    trace.note(network.nowNanos(), "path " + good + " turns good");
    long fromNanos = network.nowNanos();
    boolean[] passed = new boolean[2];
    oracle.whenDelivered(
        node -> {
          passed[0] |= node == tunnel.server();
          passed[1] |= node == tunnel.client();
        });
    probe();
    if (!network.driveUntil(fromNanos + RECOVERY_LIMIT_NANOS, () -> passed[0] && passed[1])) {
      throw new AssertionError(
          "nothing passes, up or down, though a path is good: " + tunnel.session().report());
    }
    return network.nowNanos() - fromNanos;
  }

  private void probe() {
    if (quiet) {
      return;
    }
    sendUp();
    sendDown();
    network.at(network.nowNanos() + PROBE_NANOS, this::probe);
  }

  /** Nothing is given any more: whatever has come, and waits for others, must soon be delivered. */
  private void fallSilent() {
    quiet = true;
    network.driveUntil(network.nowNanos() + QUIET_NANOS);
    oracle.judgeWaiting(tunnel.client());
    oracle.judgeWaiting(tunnel.server());
  }

  /** What the client's applications gave has left, or was refused, and the endpoint says so. */
  private void accountForUnsent() {
    CoreNode client = tunnel.client();
    long refused =
        client.endpoint().counters().oversized() + client.endpoint().counters().waitedTooLong();
    if (oracle.unsent(client) != refused) {
      throw new AssertionError(
          oracle.unsent(client) + " datagrams never left, but " + refused + " are owned up to");
    }
  }
}

package dev.mptunnel.harness.world;

import dev.mptunnel.core.Endpoint.PathSpec;
import dev.mptunnel.core.EndpointSettings;
import dev.mptunnel.core.EndpointSettings.KeySettings;
import dev.mptunnel.core.EndpointSettings.RepairSettings;
import dev.mptunnel.core.Flow;
import dev.mptunnel.core.Output;
import dev.mptunnel.core.Session;
import dev.mptunnel.core.TargetNames;
import dev.mptunnel.crypto.ServerKeys;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.link.LinkModel;
import dev.mptunnel.harness.link.LinkProperties;
import dev.mptunnel.harness.sim.SimNetwork;
import dev.mptunnel.harness.sim.Trace;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * A client with a number of paths to a server, on a simulated network. Either may be killed and
 * started anew, and whatever is between them may change.
 */
final class SimTunnel {

  /** When simulated time begins: far from 0, as real clocks are. */
  static final long START_NANOS = 1_000_000_000_000L;

  /** The name of a target of the server's. */
  private static final String TARGET = "wg";

  /**
   * What the two ends are made of.
   *
   * @param serverPorts how many ports the server listens on; the paths take turns
   * @param flows of the client's
   * @param namedFlows how many of them lead to a target with a name
   * @param orderedFlows how many of them want their order
   * @param clientRepair what the client does about packets that all paths lost
   * @param serverRepair the same of the server
   */
  record Layout(
      int paths,
      int serverPorts,
      int flows,
      int namedFlows,
      int orderedFlows,
      Mode mode,
      KeySettings keySettings,
      RepairSettings clientRepair,
      RepairSettings serverRepair) {

    /** When ends forget keys, for a {@link DeliveryOracle}. */
    long keysDieAfterNanos() {
      return mode == Mode.PLAIN ? Long.MAX_VALUE : keySettings.dieAfterNanos();
    }
  }

  private final Seed seed;
  private final Layout layout;
  private final SimNetwork network;
  private final CoreNode.Surroundings around;
  private final RandomGenerator addresses;
  private final ServerKeys serverKeys;
  private final LinkModel[] ups;
  private final LinkModel[] downs;
  private final InetSocketAddress[] shownAt;
  private CoreNode client;
  private CoreNode server;
  private final int[] ids;
  private final boolean[] paused;
  private Session session;
  private int lives;

  /** A tunnel whose paths lead nowhere, and whose ends are not started yet. */
  SimTunnel(
      Seed seed,
      Layout layout,
      Trace trace,
      Keyring keys,
      Watcher watcher,
      UnaryOperator<Output> wrapping) {
    this.seed = seed;
    this.layout = layout;
    network =
        new SimNetwork(
            START_NANOS,
            trace,
            (node, at, intact, packet) -> ((CoreNode) node).onArrival(intact, packet));
    around = new CoreNode.Surroundings(network, trace, keys, watcher, wrapping);
    addresses = seed.part("addresses").generator();
    byte[] secret = new byte[20];
    seed.part("secret").generator().nextBytes(secret);
    serverKeys = ServerKeys.of(secret);
    ups = new LinkModel[layout.paths()];
    downs = new LinkModel[layout.paths()];
    shownAt = new InetSocketAddress[layout.paths()];
    ids = new int[layout.paths()];
    paused = new boolean[layout.paths()];
  }

  SimNetwork network() {
    return network;
  }

  Layout layout() {
    return layout;
  }

  CoreNode client() {
    return client;
  }

  CoreNode server() {
    return server;
  }

  /** The client's session. */
  Session session() {
    return session;
  }

  /** The client's flows; those that it has forgotten are opened anew. */
  List<Flow> clientFlows() {
    while (client.flows().size() < layout.flows()) {
      long named = client.flows().stream().filter(flow -> flow.target() != null).count();
      long ordered = client.flows().stream().filter(Flow::isOrdered).count();
      String target = named < layout.namedFlows() ? TARGET : null;
      client.openFlow(session, target, ordered < layout.orderedFlows());
    }
    return client.flows();
  }

  /** Puts links between the ends of a path, from now on. */
  void link(int path, LinkProperties up, LinkProperties down) {
    ups[path] = model(up, "up " + path);
    downs[path] = model(down, "down " + path);
    network.link(clientAddress(path), serverAddress(path), ups[path]);
    network.link(serverAddress(path), clientAddress(path), downs[path]);
  }

  private LinkModel model(LinkProperties properties, String name) {
    String part = name + " at " + network.nowNanos();
    return new LinkModel(properties, seed.part(part).generator(), START_NANOS);
  }

  /** Takes a path's links down, or up again. */
  void setDown(int path, boolean isDown) {
    ups[path].setDown(isDown);
    downs[path].setDown(isDown);
  }

  /** Starts the server, in the place of one that was there. */
  void startServer() {
    server = node("server ", settings(true), true);
    server.endpoint().offer(new TargetNames(true, Set.of(TARGET)));
    for (int port = 0; port < layout.serverPorts(); port++) {
      network.bind(server, port, serverAddress(port));
    }
  }

  /** Starts the client, in the place of one that was there, and its session. */
  void startClient() {
    client = node("client ", settings(false), false);
    List<PathSpec> specs = new ArrayList<>();
    for (int path = 0; path < layout.paths(); path++) {
      network.bind(client, path, clientAddress(path));
      shownAt[path] = clientAddress(path);
      specs.add(spec(path));
      ids[path] = path;
      paused[path] = false;
    }
    session = client.endpoint().open(client.clockNanos(), specs);
  }

  private PathSpec spec(int path) {
    return new PathSpec("p" + path, path, serverAddress(path));
  }

  /** Whether another path carries data: the last one in use stays. */
  private boolean isAnotherInUse(int path) {
    for (int other = 0; other < ids.length; other++) {
      if (other != path && ids[other] >= 0 && !paused[other]) {
        return true;
      }
    }
    return false;
  }

  /** The client takes a path out, if it can. */
  void takeOut(int path) {
    if (client.isRunning() && ids[path] >= 0 && isAnotherInUse(path)) {
      client.endpoint().removePath(client.clockNanos(), session, ids[path]);
      ids[path] = -1;
      paused[path] = false;
    }
  }

  /** The client puts a path in that it has taken out. */
  void putIn(int path) {
    if (client.isRunning() && ids[path] < 0) {
      ids[path] = client.endpoint().addPath(client.clockNanos(), session, spec(path));
    }
  }

  /** The client has a path carry no data, if it can, or again. */
  void pause(int path, boolean isPaused) {
    boolean mayBe = !isPaused || isAnotherInUse(path);
    if (client.isRunning() && ids[path] >= 0 && paused[path] != isPaused && mayBe) {
      paused[path] = isPaused;
      client.endpoint().pausePath(client.clockNanos(), session, ids[path], isPaused);
    }
  }

  private CoreNode node(String name, EndpointSettings settings, boolean isServer) {
    RandomGenerator random = seed.part("life").part(lives).generator();
    return new CoreNode(
        name + lives++,
        settings,
        isServer ? layout.mode().server(serverKeys) : layout.mode().client(serverKeys, random),
        random,
        around);
  }

  private EndpointSettings settings(boolean isServer) {
    EndpointSettings defaults = EndpointSettings.defaults(isServer);
    return new EndpointSettings(
        defaults.acceptsSessions(),
        defaults.pingNanos(),
        defaults.pingIdleNanos(),
        defaults.pathTimeoutNanos(),
        defaults.flowTimeoutNanos(),
        defaults.sessionTimeoutNanos(),
        defaults.maxFlows(),
        defaults.maxSessions(),
        defaults.maxSessionsPerClient(),
        defaults.mtuBytes(),
        layout.keySettings(),
        isServer ? layout.serverRepair() : layout.clientRepair());
  }

  /** The node's process ends, in order or as by kill -9. */
  void stop(CoreNode node, boolean orderly) {
    around.trace().note(network.nowNanos(), node + (orderly ? " closes" : " is killed"));
    if (orderly && node.isRunning()) {
      node.endpoint().close();
    }
    node.kill();
    network.remove(node);
  }

  /** What is between the client and the server, a NAT or a bridge, gives a path a new address. */
  void rebind(int path) {
    shownAt[path] = address("198.51.100." + (1 + path), 1_024 + addresses.nextInt(60_000));
    network.rebind(clientAddress(path), shownAt[path]);
  }

  /** Where the server sees a path of the client's now. */
  InetSocketAddress shownAddress(int path) {
    return shownAt[path];
  }

  /** Where a path leads to. */
  InetSocketAddress serverAddress(int path) {
    return address("192.0.2.1", 2_000 + path % layout.serverPorts());
  }

  private static InetSocketAddress clientAddress(int path) {
    return address("10.0." + path + ".2", 40_000 + path);
  }

  private static InetSocketAddress address(String ip, int port) {
    return new InetSocketAddress(ip, port);
  }
}

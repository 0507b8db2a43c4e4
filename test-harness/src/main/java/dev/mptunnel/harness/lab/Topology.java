package dev.mptunnel.harness.lab;

import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.link.LinkCounters;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.ToLongFunction;

/**
 * The hosts and lines of the lab. Only the lines between client and bridges are slow, late and
 * lossy, by the {@link Wire}; the bridges' links to the server are plain veth.
 *
 * <pre>
 *          10.9.i.1    line i     10.9.i.2           10.8.i.2          10.8.i.1
 *  client --------------- (wire) -------------- bridge i ---------------------- server
 * </pre>
 *
 * A process has one at a time. Closing deletes everything, whatever the state; so does a shutdown
 * hook.
 */
public final class Topology implements AutoCloseable {

  /** Enough for what a device gets between two looks of the wire at it. */
  private static final int DEVICE_QUEUE_PACKETS = 10_000;

  /** Columns of {@code /proc/net/dev} behind the device's name. */
  private static final int RECEIVE_DROPS = 3;

  private static final int TRANSMIT_DROPS = 11;

  private final Path directory;
  private final Deque<Namespace> namespaces = new ArrayDeque<>();
  private final Thread shutdownHook = new Thread(this::deleteAll, "lab-cleanup");
  private final List<Namespace> bridges = new ArrayList<>();
  private final List<Line> lines = new ArrayList<>();
  private final List<Detour> detours = new ArrayList<>();
  private Namespace client;
  private final Seed seed = Seed.ofRun();
  private Namespace server;
  private Emulator emulator;

  private Topology(Path directory) {
    this.directory = directory;
  }

  /**
   * Brings the hosts and lines up; what an earlier, killed run left is swept before.
   *
   * @param directory for logs, keys and configurations; exists
   */
  public static Topology create(Conditions conditions, Path directory) throws IOException {
    return create(directory, topology -> topology.bringUp(conditions));
  }

  /**
   * The same with plain veth between the client and so many bridges, too, which costs a fraction of
   * the emulator's processor time. It has no {@link #lines()}; in their place each bridge has a
   * {@link Detour}.
   */
  public static Topology createWithDetours(int bridges, Path directory) throws IOException {
    return create(directory, topology -> topology.bringUpWithDetours(bridges));
  }

  private interface Building {
    void build(Topology topology) throws IOException;
  }

  private static Topology create(Path directory, Building building) throws IOException {
    Namespace.sweep();
    Topology topology = new Topology(directory);
    Runtime.getRuntime().addShutdownHook(topology.shutdownHook);
    try {
      building.build(topology);
      return topology;
    } catch (IOException | RuntimeException e) {
      topology.close();
      throw e;
    }
  }

  private void bringUp(Conditions conditions) throws IOException {
    client = host("client");
    server = host("server");
    Namespace wireHost = host("wire");
    emulator = Emulator.start(wireHost, conditions.lines().size(), seed, directory);
    for (int i = 1; i <= conditions.lines().size(); i++) {
      Namespace bridge = host("bridge" + i);
      bridges.add(bridge);
      attach(wireHost, "near" + i, client, "line" + i, lineAddress(i, 1), lineAddress(i, 2));
      attach(wireHost, "far" + i, bridge, "line", lineAddress(i, 2), lineAddress(i, 1));
      lines.add(new Line(emulator, i, client));
      connectToServer(bridge, i);
    }
    // A line may share the fate of a later one.
    for (int i = 0; i < lines.size(); i++) {
      lines.get(i).become(conditions.lines().get(i));
    }
  }

  private void bringUpWithDetours(int count) throws IOException {
    client = host("client");
    server = host("server");
    Namespace wireHost = host("wire");
    emulator = Emulator.start(wireHost, count, seed, directory);
    for (int i = 1; i <= count; i++) {
      Namespace bridge = host("bridge" + i);
      bridges.add(bridge);
      connect(client, "line" + i, lineAddress(i, 1), bridge, "line", lineAddress(i, 2));
      connectToServer(bridge, i);
      move(wireHost, "near" + i, bridge, Detour.DEVICE);
      move(wireHost, "far" + i, server, Detour.DEVICE + i);
      detours.add(new Detour(new Line(emulator, i, client), i, bridge, server));
    }
  }

  /** Moves a device of the wire to its host. */
  private static void attach(
      Namespace wire, String wireDevice, Namespace host, String device, String address, String peer)
      throws IOException {
    move(wire, wireDevice, host, device);
    host.ip("addr add " + address + " peer " + peer + " dev " + device);
  }

  /** The same without an address. */
  private static void move(Namespace wire, String wireDevice, Namespace host, String device)
      throws IOException {
    wire.ip("link set " + wireDevice + " netns " + host.name() + " name " + device);
    host.ip("link set " + device + " txqueuelen " + DEVICE_QUEUE_PACKETS + " up");
  }

  private Namespace host(String name) throws IOException {
    Namespace namespace = Namespace.create(name, directory);
    namespaces.push(namespace);
    return namespace;
  }

  private void connectToServer(Namespace bridge, int i) throws IOException {
    connect(
        server, "bridge" + i, serverSideAddress(i, 1), bridge, "server", serverSideAddress(i, 2));
  }

  /** Puts veth between two hosts. */
  private static void connect(
      Namespace one,
      String device,
      String address,
      Namespace other,
      String otherDevice,
      String otherAddress)
      throws IOException {
    String peer = otherDevice + " netns " + other.name();
    one.ip("link add " + device + " type veth peer name " + peer);
    one.ip("addr add " + address + "/24 dev " + device);
    other.ip("addr add " + otherAddress + "/24 dev " + otherDevice);
    one.ip("link set " + device + " up");
    other.ip("link set " + otherDevice + " up");
  }

  /** The address of the client (1) or the bridge (2) on a line. */
  static String lineAddress(int line, int host) {
    return "10.9." + line + "." + host;
  }

  /** The address of the server (1) or a bridge (2) on the link between them. */
  static String serverSideAddress(int line, int host) {
    return "10.8." + line + "." + host;
  }

  /** The client's host. */
  public Namespace client() {
    return client;
  }

  /** The server's host. */
  public Namespace server() {
    return server;
  }

  /** The bridges' hosts, in the order of the lines. */
  public List<Namespace> bridges() {
    return List.copyOf(bridges);
  }

  /** The lines between client and bridges. */
  public List<Line> lines() {
    return List.copyOf(lines);
  }

  /** The bridges' detours, in their order; none where lines are emulated. */
  public List<Detour> detours() {
    return List.copyOf(detours);
  }

  /**
   * The address at which the client finds a bridge.
   *
   * @param line from 1
   */
  public String bridgeAddress(int line) {
    return lineAddress(line, 2);
  }

  /**
   * The address at which a bridge finds the server.
   *
   * @param line from 1
   */
  public String serverAddress(int line) {
    return serverSideAddress(line, 1);
  }

  /** What the lines' losses come from. */
  public Seed seed() {
    return seed;
  }

  /** Where logs, keys and configurations are. */
  public Path directory() {
    return directory;
  }

  /** All lines' loss toward the server, together. */
  public LossCount up() throws IOException {
    LossCount sum = LossCount.NONE;
    for (Line line : lines) {
      sum = sum.plus(line.up());
    }
    return sum;
  }

  /** All lines' loss toward the client, together. */
  public LossCount down() throws IOException {
    LossCount sum = LossCount.NONE;
    for (Line line : lines) {
      sum = sum.plus(line.down());
    }
    return sum;
  }

  /**
   * Packets that the lines' queues have dropped at their tails, both ways, because they were full.
   */
  public long queueDrops() throws IOException {
    return sum(LinkCounters::queueFull);
  }

  /**
   * Packets that kernels threw away because a program did not come to read them: at sockets and at
   * devices, on all hosts.
   */
  public long hostDrops() throws IOException {
    long drops = 0;
    for (Namespace host : namespaces) {
      drops += hostDrops(host);
    }
    return drops;
  }

  /** The same on one host. */
  public static long hostDrops(Namespace host) throws IOException {
    List<String> udp =
        host.run("cat", "/proc/net/snmp").lines().filter(line -> line.startsWith("Udp:")).toList();
    List<String> names = List.of(udp.getFirst().split(" "));
    String[] values = udp.getLast().split(" ");
    long drops = Long.parseLong(values[names.indexOf("RcvbufErrors")]);
    drops += Long.parseLong(values[names.indexOf("SndbufErrors")]);
    List<String> devices = host.run("cat", "/proc/net/dev").lines().skip(2).toList();
    for (String device : devices) {
      String[] columns = device.substring(device.indexOf(':') + 1).strip().split("\\s+");
      drops += Long.parseLong(columns[RECEIVE_DROPS]) + Long.parseLong(columns[TRANSMIT_DROPS]);
    }
    return drops;
  }

  /** Packets that were longer than a line's MTU and must not be fragmented, both ways. */
  public long tooBig() throws IOException {
    return sum(LinkCounters::tooBig);
  }

  private long sum(ToLongFunction<LinkCounters> counter) throws IOException {
    long sum = 0;
    for (Line line : lines) {
      for (Direction direction : Direction.values()) {
        sum += counter.applyAsLong(line.counters(direction));
      }
    }
    return sum;
  }

  /** The processor time that the emulator has used so far. */
  long emulatorNanos() throws IOException {
    return emulator.processorNanos();
  }

  /** Ends every process in the lab's namespaces and deletes them. Idempotent. */
  @Override
  public void close() {
    deleteAll();
    try {
      Runtime.getRuntime().removeShutdownHook(shutdownHook);
    } catch (IllegalStateException e) {
      return; // the process is ending, and the hook does the same
    }
  }

  private synchronized void deleteAll() {
    if (emulator != null) {
      emulator.kill();
    }
    while (!namespaces.isEmpty()) {
      Namespace namespace = namespaces.pop();
      try {
        namespace.close();
      } catch (IOException e) {
        System.err.println("lab: " + namespace.name() + " is left: " + e.getMessage());
      }
    }
  }
}

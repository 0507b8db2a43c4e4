package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * The hosts and lines of the lab. Only the lines between client and bridges are shaped, delayed and
 * lossy; the bridges' links to the server are plain veth.
 *
 * <pre>
 *          10.9.i.1    line i     10.9.i.2           10.8.i.2          10.8.i.1
 *  client ---------- (tbf, wire, nft) ---------- bridge i ---------------------- server
 * </pre>
 *
 * A process has one at a time. Closing deletes everything, whatever the state; so does a shutdown
 * hook.
 */
public final class Topology implements AutoCloseable {

  private static final int LINES = 3;

  private final Path directory;
  private final Deque<Namespace> namespaces = new ArrayDeque<>();
  private final Thread shutdownHook = new Thread(this::deleteAll, "lab-cleanup");
  private final List<Namespace> bridges = new ArrayList<>();
  private final List<Line> lines = new ArrayList<>();
  private Namespace client;
  private Namespace server;
  private Daemon wire;

  private Topology(Path directory) {
    this.directory = directory;
  }

  /**
   * Brings the hosts and lines up; what an earlier, killed run left is swept before.
   *
   * @param directory for logs, keys and configurations; exists
   */
  public static Topology create(Conditions conditions, Path directory) throws IOException {
    Namespace.sweep();
    Topology topology = new Topology(directory);
    Runtime.getRuntime().addShutdownHook(topology.shutdownHook);
    try {
      topology.bringUp(conditions);
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
    String delayNanos = Long.toString(conditions.delayMillis() * 1_000_000L);
    // A line does not wait for a processor: without priority a busy machine would add jitter to it.
    List<String> command = new ArrayList<>(List.of("chrt", "--fifo", "10"));
    command.addAll(JavaProgram.command(Wire.class.getName(), Integer.toString(LINES), delayNanos));
    wire = wireHost.start("wire", command);
    wire.awaitOutput("ready", Shell.LIMIT);
    for (int i = 1; i <= LINES; i++) {
      Namespace bridge = host("bridge" + i);
      bridges.add(bridge);
      LineEnd near =
          LineEnd.attach(
              wireHost,
              "near" + i,
              client,
              "line" + i,
              lineAddress(i, 1),
              lineAddress(i, 2),
              conditions);
      LineEnd far =
          LineEnd.attach(
              wireHost,
              "far" + i,
              bridge,
              "line",
              lineAddress(i, 2),
              lineAddress(i, 1),
              conditions);
      lines.add(new Line(near, far));
      connectToServer(bridge, i);
    }
  }

  private Namespace host(String name) throws IOException {
    Namespace namespace = Namespace.create(name, directory);
    namespaces.push(namespace);
    return namespace;
  }

  private void connectToServer(Namespace bridge, int i) throws IOException {
    server.ip("link add bridge" + i + " type veth peer name server netns " + bridge.name());
    server.ip("addr add " + serverAddress(i) + "/24 dev bridge" + i);
    bridge.ip("addr add 10.8." + i + ".2/24 dev server");
    server.ip("link set bridge" + i + " up");
    bridge.ip("link set server up");
  }

  private static String lineAddress(int line, int host) {
    return "10.9." + line + "." + host;
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
    return "10.8." + line + ".1";
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
    long sum = 0;
    for (Line line : lines) {
      sum += line.queueDrops();
    }
    return sum;
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
    if (wire != null) {
      wire.kill();
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

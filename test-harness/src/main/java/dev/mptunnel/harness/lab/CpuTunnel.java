package dev.mptunnel.harness.lab;

import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.load.Gate;
import dev.mptunnel.harness.load.LoadDatagram;
import dev.mptunnel.harness.load.LoadPlan;
import dev.mptunnel.harness.load.LoadStream;
import dev.mptunnel.harness.load.LoadTarget;
import dev.mptunnel.harness.load.OutstandingLimit;
import dev.mptunnel.harness.load.Reception;
import dev.mptunnel.harness.loop.DatagramLoop;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/**
 * mpclient and mpserver as processes with three paths between them on loopback, and a paced stream
 * through them that stands still until it is asked for. Where they fall behind, the stream waits,
 * so that they are measured by what they do and not by what the kernel drops.
 */
final class CpuTunnel implements AutoCloseable {

  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
  private static final InetSocketAddress ANY_PORT = new InetSocketAddress(LOOPBACK, 0);
  private static final List<String> PATHS = List.of("one", "two", "three");
  private static final String ALL_PATHS_UP = "(?s)(path \\w+ is up.*){" + PATHS.size() + "}";
  private static final int STREAM = 1;

  /** Less than what a socket buffer of the programs holds, of which each datagram takes three. */
  private static final int MAX_OUTSTANDING = 300;

  private static final long LOST_AFTER_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration STILL = Duration.ofMillis(500);

  /** What makes the target answer with a stream. */
  private static final LoadPlan KNOCK = new LoadPlan(1, 1, LoadDatagram.MIN_BYTES);

  private final LoadTarget target;
  private final Daemon server;
  private final Daemon client;
  private final LoadStream application;
  private final IntSupplier sent;
  private final Reception received;
  private final OutstandingLimit limit;
  private final List<Integer> statusPorts = new ArrayList<>();
  private final List<Onlooker> onlookers = new ArrayList<>();
  private volatile int wanted;

  /**
   * Starts the programs and waits until all paths are up.
   *
   * @param plan of the stream, at least as many datagrams as will be asked for
   * @param directory for logs; exists
   */
  CpuTunnel(
      DatagramLoop loop, CpuVariant variant, Direction direction, LoadPlan plan, Path directory)
      throws IOException {
    boolean up = direction == Direction.UP;
    Gate gate = this::opens;
    LoadTarget.Answers answers =
        up ? new LoadTarget.Answers.None() : new LoadTarget.Answers.Stream(plan, _ -> gate);
    target = LoadTarget.open(loop, ANY_PORT, answers);
    int serverPort = freePort();
    int clientPort = freePort();
    server = start(directory, "mpserver", serverCommand(variant, serverPort), "listening on");
    try {
      client =
          start(
              directory, "mpclient", clientCommand(variant, clientPort, serverPort), ALL_PATHS_UP);
    } catch (IOException e) {
      server.close();
      throw e;
    }
    statusPorts.forEach(port -> onlookers.add(new Onlooker(port)));
    InetSocketAddress entrance = new InetSocketAddress(LOOPBACK, clientPort);
    application =
        LoadStream.open(loop, ANY_PORT, entrance, STREAM, up ? plan : KNOCK, up ? gate : Gate.OPEN);
    sent = up ? application::sent : () -> target.sent(STREAM);
    received = up ? target.received(STREAM) : application.received();
    limit = new OutstandingLimit(received, MAX_OUTSTANDING, LOST_AFTER_NANOS);
    application.start();
  }

  private boolean opens(int sequence, long nowNanos) {
    return sequence < wanted && limit.opens(sequence, nowNanos);
  }

  /** Has it shown what it does, where somebody watches. */
  private void addStatus(CpuVariant variant, List<String> arguments) throws IOException {
    if (variant.isWatched()) {
      statusPorts.add(freePort());
      arguments.addAll(List.of("--status", Integer.toString(statusPorts.getLast())));
    }
  }

  private List<String> serverCommand(CpuVariant variant, int port) throws IOException {
    List<String> arguments = new ArrayList<>(variant.serverOptions());
    addStatus(variant, arguments);
    arguments.add("--listen");
    arguments.add(LOOPBACK.getHostAddress() + ":" + port);
    arguments.add("--target");
    arguments.add(LOOPBACK.getHostAddress() + ":" + target.address().getPort());
    return JavaProgram.command("dev.mptunnel.server.Main", arguments.toArray(String[]::new));
  }

  private List<String> clientCommand(CpuVariant variant, int port, int serverPort)
      throws IOException {
    List<String> arguments = new ArrayList<>(variant.clientOptions());
    addStatus(variant, arguments);
    arguments.add("--listen");
    arguments.add(Integer.toString(port));
    for (String path : PATHS) {
      arguments.add("--bridge");
      arguments.add(LOOPBACK.getHostAddress() + " " + serverPort + " name=" + path);
    }
    return JavaProgram.command("dev.mptunnel.client.Main", arguments.toArray(String[]::new));
  }

  private static Daemon start(Path directory, String program, List<String> command, String ready)
      throws IOException {
    Path log = directory.resolve(program + "-" + System.nanoTime() + ".log");
    Daemon daemon = Daemon.start(program, command, log);
    try {
      daemon.awaitOutput(ready, PATIENCE);
      return daemon;
    } catch (IOException e) {
      daemon.close();
      throw e;
    }
  }

  /** The programs take no port 0, which would have the kernel choose. */
  private static int freePort() throws IOException {
    try (DatagramSocket socket = new DatagramSocket(ANY_PORT)) {
      return socket.getLocalPort();
    }
  }

  /** Lets so many more datagrams through, at the plan's pace, and waits until they are sent. */
  void carry(int datagrams) throws IOException {
    int goal = wanted + datagrams;
    wanted = goal;
    Wait.until(PATIENCE, datagrams + " datagrams to be sent", () -> sent.getAsInt() >= goal);
  }

  /** What the programs have used for what was sent so far. */
  Usage usage() throws IOException {
    return new Usage(
        ProcessorTime.ofTreeNanos(client.pid()),
        ProcessorTime.ofTreeNanos(server.pid()),
        sent.getAsInt());
  }

  /** Waits for what is under way, and counts what was sent and never arrived. */
  long lost() {
    Await.quiet("the last datagrams", STILL, PATIENCE, received::distinct);
    return sent.getAsInt() - received.distinct();
  }

  @Override
  public void close() {
    onlookers.forEach(Onlooker::close);
    application.close();
    client.close();
    server.close();
    target.close();
  }
}

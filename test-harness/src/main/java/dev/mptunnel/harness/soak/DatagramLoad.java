package dev.mptunnel.harness.soak;

import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.lab.Namespace;
import dev.mptunnel.harness.lab.RunningTunnel;
import dev.mptunnel.harness.lab.Topology;
import dev.mptunnel.harness.load.Gate;
import dev.mptunnel.harness.load.LoadPlan;
import dev.mptunnel.harness.load.LoadStream;
import dev.mptunnel.harness.load.LoadTarget;
import dev.mptunnel.harness.load.Reception;
import dev.mptunnel.harness.loop.DatagramLoop;
import dev.mptunnel.harness.loop.KernelDrops;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.IntSupplier;

/** A stream of datagrams each way through a tunnel, at a steady rate and of mixed sizes. */
final class DatagramLoad implements AutoCloseable {

  /** The loopback of whichever host, and a free port. */
  static final InetSocketAddress LOOPBACK =
      new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);

  private static final int STREAM = 1;
  private static final int MIN_BYTES = 60;
  private static final int MAX_BYTES = 1_300;
  private static final Duration STILL = Duration.ofMillis(500);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final DatagramLoop loop;
  private final LoadTarget target;
  private final LoadStream application;
  private final Way up;
  private final Way down;
  private volatile boolean stopped;

  /** One of the two streams, seen from its end. */
  static final class Way {

    private final String name;
    private final IntSupplier sent;
    private final Reception received;
    private final Namespace host;
    private final InetSocketAddress socket;

    private Way(
        String name,
        IntSupplier sent,
        Reception received,
        Namespace host,
        InetSocketAddress socket) {
      this.name = name;
      this.sent = sent;
      this.received = received;
      this.host = host;
      this.socket = socket;
    }

    /** How many were sent: those with sequence numbers below this. */
    int sent() {
      return sent.getAsInt();
    }

    /** What has come out. */
    Reception received() {
      return received;
    }

    /** How many came out that nobody read in time, so that the kernel dropped them. */
    long unread() throws IOException {
      return KernelDrops.inTable(host.run("cat", "/proc/net/udp").lines().toList(), socket);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private DatagramLoad(
      DatagramLoop loop, Topology topology, RunningTunnel tunnel, int perSecondEachWay)
      throws IOException {
    this.loop = loop;
    LoadPlan plan = new LoadPlan(perSecondEachWay, Integer.MAX_VALUE, MIN_BYTES, MAX_BYTES);
    Gate gate = (_, _) -> !stopped;
    InetSocketAddress service = at(tunnel.targetPort());
    LoadTarget.Answers answers = new LoadTarget.Answers.Stream(plan, _ -> gate);
    target = topology.server().within(() -> LoadTarget.open(loop, service, answers));
    InetSocketAddress entry = at(tunnel.entrance().port());
    application =
        topology
            .client()
            .within(() -> LoadStream.open(loop, LOOPBACK, entry, STREAM, plan, Gate.OPEN));
    Reception upReceived = target.received(STREAM);
    up = new Way("up", application::sent, upReceived, topology.server(), target.address());
    down =
        new Way(
            "down",
            () -> target.sent(STREAM),
            application.received(),
            topology.client(),
            application.address());
  }

  /** Opens both ends; nothing is sent before {@link #start}. */
  static DatagramLoad open(Topology topology, RunningTunnel tunnel, int perSecondEachWay)
      throws IOException {
    DatagramLoop loop = DatagramLoop.start("datagrams");
    try {
      return new DatagramLoad(loop, topology, tunnel, perSecondEachWay);
    } catch (IOException | RuntimeException e) {
      loop.close();
      throw e;
    }
  }

  /** A port of the loopback. */
  static InetSocketAddress at(int port) {
    return new InetSocketAddress(LOOPBACK.getAddress(), port);
  }

  /** Starts the stream up, which has that down start. */
  void start() {
    application.start();
  }

  /** Sends no more, and waits until what is under way has arrived. */
  void stop() {
    stopped = true;
    application.stop();
    Await.quiet(
        "the last datagrams",
        STILL,
        PATIENCE,
        () -> up.received().distinct() + down.received().distinct());
  }

  /** From the application to the target. */
  Way up() {
    return up;
  }

  /** From the target to the application. */
  Way down() {
    return down;
  }

  /** Datagrams at the target that the application never sent. */
  long strangers() {
    return target.strangers();
  }

  @Override
  public void close() {
    application.close();
    target.close();
    loop.close();
  }
}

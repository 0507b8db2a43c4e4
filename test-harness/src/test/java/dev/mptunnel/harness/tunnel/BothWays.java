package dev.mptunnel.harness.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.emulator.Direction;
import dev.mptunnel.harness.load.Gate;
import dev.mptunnel.harness.load.LoadPlan;
import dev.mptunnel.harness.load.LoadStream;
import dev.mptunnel.harness.load.LoadTarget;
import dev.mptunnel.harness.load.OutstandingLimit;
import dev.mptunnel.harness.load.PathLedger;
import dev.mptunnel.harness.load.Reception;
import dev.mptunnel.harness.loop.DatagramLoop;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.BitSet;
import java.util.concurrent.TimeUnit;

/**
 * An application and a target with a paced stream each way between them, held back where the tunnel
 * falls behind, so that no socket's buffer overflows on a busy machine.
 */
final class BothWays implements AutoCloseable {

  static final InetSocketAddress LOOPBACK =
      new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);

  /** Far more than is under way at a time, far less than a socket buffer holds. */
  private static final int OUTSTANDING = 1_500;

  private static final long LOST_AFTER_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final Duration STILL = Duration.ofMillis(600);
  private static final int STREAM = 1;

  private final DatagramLoop loop;
  private final LoadPlan plan;
  private final LoadTarget target;
  private LoadStream application;
  private volatile boolean stopped;
  private PathLedger ledger;

  BothWays(LoadPlan plan) throws IOException {
    this.plan = plan;
    loop = DatagramLoop.start("load");
    target =
        LoadTarget.open(loop, LOOPBACK, new LoadTarget.Answers.Stream(plan, stream -> answers()));
  }

  private Gate answers() {
    Gate gate = gate(Direction.DOWN, application.received());
    return (sequence, nowNanos) -> !stopped && gate.opens(sequence, nowNanos);
  }

  private Gate gate(Direction direction, Reception reception) {
    return ledger == null
        ? new OutstandingLimit(reception, OUTSTANDING, LOST_AFTER_NANOS)
        : new LedgerLimit(ledger, direction, STREAM, reception);
  }

  /** A port of this machine, as it was told to a program. */
  static InetSocketAddress at(String port) {
    return new InetSocketAddress(LOOPBACK.getAddress(), Integer.parseInt(port));
  }

  /** Where the tunnel has to lead. */
  InetSocketAddress target() {
    return target.address();
  }

  /** Starts both streams; the answers with the first datagram that gets through. */
  void start(InetSocketAddress entry) throws IOException {
    start(entry, null);
  }

  /** The same as fast as a tunnel carries whose lines keep this ledger, whatever they lose. */
  void start(InetSocketAddress entry, PathLedger ledger) throws IOException {
    this.ledger = ledger;
    Gate gate = gate(Direction.UP, target.received(STREAM));
    application = LoadStream.open(loop, LOOPBACK, entry, STREAM, plan, gate);
    application.start();
  }

  /** Whether both streams have sent so many. */
  boolean hasSent(int count) {
    return application.sent() >= count && target.sent(STREAM) >= count;
  }

  /** Waits until all has been sent and what is under way has arrived. */
  void awaitEnd(Duration limit) {
    Await.until("both streams to be sent", limit, () -> hasSent(plan.count()));
    awaitRest();
  }

  /** Sends no more either way, and waits until what is under way has arrived. */
  void stop() {
    stopped = true;
    application.stop();
    awaitRest();
  }

  private void awaitRest() {
    Await.quiet(
        "what is under way",
        STILL,
        Duration.ofMinutes(1),
        () -> up().distinct() + down().distinct());
  }

  /** What reached the target. */
  Reception up() {
    return target.received(STREAM);
  }

  /** What reached the application. */
  Reception down() {
    return application.received();
  }

  int sentUp() {
    return application.sent();
  }

  int sentDown() {
    return target.sent(STREAM);
  }

  /** The address that the target saw last. */
  InetSocketAddress seenFrom() {
    return target.source(STREAM);
  }

  /** Datagrams at the target that the application never sent. */
  long strangers() {
    return target.strangers();
  }

  long kernelDrops() {
    return target.kernelDrops() + application.kernelDrops();
  }

  /** Asserts that all were delivered, each once and undamaged. */
  void assertAllArrived(String context) {
    assertClean(context);
    assertSame("up", range(sentUp()), up().arrived(), context);
    assertSame("down", range(sentDown()), down().arrived(), context);
  }

  /** Asserts that exactly those arrived of which a line let a copy through, each once and whole. */
  void assertExactly(PathLedger ledger, String context) {
    assertClean(context);
    assertSame("offered up", range(sentUp()), ledger.offered(Direction.UP, STREAM), context);
    assertSame("offered down", range(sentDown()), ledger.offered(Direction.DOWN, STREAM), context);
    assertSame("up", ledger.passed(Direction.UP, STREAM), up().arrived(), context);
    assertSame("down", ledger.passed(Direction.DOWN, STREAM), down().arrived(), context);
  }

  /** Asserts that nothing came twice, damaged, to the wrong one, or from nowhere. */
  void assertClean(String context) {
    assertTrue(up().counts().clean(), () -> "up: " + up().counts() + context);
    assertTrue(down().counts().clean(), () -> "down: " + down().counts() + context);
    assertEquals(0, strangers(), () -> "strangers at the target" + context);
  }

  private static void assertSame(String way, BitSet expected, BitSet arrived, String context) {
    BitSet wrong = (BitSet) expected.clone();
    wrong.xor(arrived);
    assertTrue(
        wrong.isEmpty(),
        () ->
            way + ": " + wrong.cardinality() + " differ, such as " + wrong.nextSetBit(0) + context);
  }

  private static BitSet range(int count) {
    BitSet all = new BitSet();
    all.set(0, count);
    return all;
  }

  @Override
  public void close() {
    if (application != null) {
      application.close();
    }
    target.close();
    loop.close();
  }
}

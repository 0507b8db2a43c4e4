package dev.mptunnel.harness.load;

import dev.mptunnel.harness.emulator.Direction;
import dev.mptunnel.harness.loop.DatagramLoop;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/**
 * Sends a plan's datagrams by an absolute schedule: a late one makes none of the next late. Where
 * the gate holds it back, the rest of the schedule moves, so that no burst follows.
 */
final class PacedSender {

  private static final int MAX_BURST = 32;
  private static final long GATE_RETRY_NANOS = 500_000;

  private final DatagramLoop loop;
  private final LoadPlan plan;
  private final Direction direction;
  private final int stream;
  private final Gate gate;
  private final Consumer<ByteBuffer> out;
  private final ByteBuffer buffer;
  private long startNanos;
  private volatile int sent;
  private volatile boolean stopped;

  PacedSender(
      DatagramLoop loop,
      LoadPlan plan,
      Direction direction,
      int stream,
      Gate gate,
      Consumer<ByteBuffer> out) {
    this.loop = loop;
    this.plan = plan;
    this.direction = direction;
    this.stream = stream;
    this.gate = gate;
    this.out = out;
    this.buffer = ByteBuffer.allocateDirect(plan.maxBytes());
  }

  /** Sends the first datagram now. Only on the loop's thread, once. */
  void start() {
    startNanos = System.nanoTime();
    sendDue();
  }

  /** No more are sent. From any thread. */
  void stop() {
    stopped = true;
  }

  int sent() {
    return sent;
  }

  boolean done() {
    return stopped || sent == plan.count();
  }

  private void sendDue() {
    long now = System.nanoTime();
    for (int burst = 0; burst < MAX_BURST && !done(); burst++) {
      long dueNanos = startNanos + plan.dueNanos(sent);
      if (dueNanos - now > 0) {
        loop.at(dueNanos, this::sendDue);
        return;
      }
      if (!gate.opens(sent, now)) {
        long heldBackNanos = now - dueNanos + GATE_RETRY_NANOS;
        startNanos += heldBackNanos;
        loop.at(now + GATE_RETRY_NANOS, this::sendDue);
        return;
      }
      send(now);
    }
    if (!done()) {
      loop.at(now, this::sendDue);
    }
  }

  private void send(long now) {
    int sequence = sent;
    buffer.clear();
    new LoadDatagram(direction, stream, sequence, now, plan.lengthBytes(stream, sequence))
        .write(buffer);
    sent = sequence + 1;
    out.accept(buffer.flip());
  }
}

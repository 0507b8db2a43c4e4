package dev.mptunnel.harness.tunnel;

import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.loop.DatagramLoop;
import dev.mptunnel.harness.loop.LoopSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Sends datagrams from many addresses, ever new ones, and counts what comes back to them. */
final class Attacker implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final int SOCKETS = 64;
  private static final int DATAGRAMS_PER_SOCKET = 100;
  private static final int BURST = 16;

  private final DatagramLoop loop;
  private final LoopSocket[] sockets = new LoopSocket[SOCKETS];
  private final AtomicLong answers = new AtomicLong();

  Attacker() throws IOException {
    loop = DatagramLoop.start("attacker");
    for (int i = 0; i < SOCKETS; i++) {
      sockets[i] = openSocket();
    }
  }

  private LoopSocket openSocket() throws IOException {
    return loop.open(BothWays.LOOPBACK, (source, datagram) -> answers.incrementAndGet());
  }

  /** What came back so far, to any of the addresses. */
  long answers() {
    return answers.get();
  }

  /** Sends so many, at an even pace, and returns when all are sent. */
  void attack(InetSocketAddress victim, Supplier<byte[]> datagrams, int count, int perSecond) {
    AtomicLong sent = new AtomicLong();
    loop.execute(() -> sendDue(victim, datagrams, count, perSecond, sent, System.nanoTime()));
    Await.until("the attack", LIMIT, () -> sent.get() == count || !loop.alive());
  }

  private void sendDue(
      InetSocketAddress victim,
      Supplier<byte[]> datagrams,
      int count,
      int perSecond,
      AtomicLong sent,
      long startNanos) {
    for (int i = 0; i < BURST && sent.get() < count; i++) {
      int number = (int) sent.getAndIncrement();
      int at = number % SOCKETS;
      if (number / SOCKETS % DATAGRAMS_PER_SOCKET == DATAGRAMS_PER_SOCKET - 1) {
        replace(at);
      }
      sockets[at].send(ByteBuffer.wrap(datagrams.get()), victim);
    }
    if (sent.get() < count) {
      long due = startNanos + sent.get() * TimeUnit.SECONDS.toNanos(1) / perSecond;
      // A late burst makes none of the next early: the victim's buffer is not what is tested.
      long late = Math.max(0, System.nanoTime() - due);
      loop.at(
          due + late, () -> sendDue(victim, datagrams, count, perSecond, sent, startNanos + late));
    }
  }

  private void replace(int at) {
    try {
      sockets[at].close();
      sockets[at] = openSocket();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    loop.close();
  }
}

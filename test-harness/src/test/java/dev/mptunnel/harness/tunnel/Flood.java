package dev.mptunnel.harness.tunnel;

import dev.mptunnel.harness.loop.DatagramLoop;
import dev.mptunnel.harness.loop.LoopSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sends the same datagrams over and over, from many addresses of this machine, as fast as one
 * thread can.
 */
final class Flood implements AutoCloseable {

  private static final int SOCKETS = 64;
  private static final int BURST = 16;

  private final InetSocketAddress victim;
  private final List<byte[]> datagrams;
  private final DatagramLoop loop;
  private final LoopSocket[] sockets = new LoopSocket[SOCKETS];
  private final AtomicLong sent = new AtomicLong();
  private final AtomicLong answers = new AtomicLong();
  private volatile boolean running;

  Flood(InetSocketAddress victim, List<byte[]> datagrams) throws IOException {
    this.victim = victim;
    this.datagrams = List.copyOf(datagrams);
    loop = DatagramLoop.start("flood");
    for (int i = 0; i < SOCKETS; i++) {
      InetSocketAddress own = new InetSocketAddress(InetAddress.ofLiteral("127.0.1." + (1 + i)), 0);
      sockets[i] = loop.open(own, (source, datagram) -> answers.incrementAndGet());
    }
  }

  /** What was sent so far. */
  long sent() {
    return sent.get();
  }

  /** What came back so far. */
  long answers() {
    return answers.get();
  }

  void start() {
    running = true;
    loop.execute(this::sendSome);
  }

  private void sendSome() {
    for (int i = 0; i < BURST && running; i++) {
      int number = (int) sent.getAndIncrement();
      ByteBuffer datagram = ByteBuffer.wrap(datagrams.get(number % datagrams.size()));
      sockets[number % SOCKETS].send(datagram, victim);
    }
    if (running) {
      loop.at(System.nanoTime(), this::sendSome); // after a look at the sockets
    }
  }

  void stop() {
    running = false;
  }

  @Override
  public void close() {
    running = false;
    loop.close();
  }
}

package dev.mptunnel.harness.bench;

import dev.mptunnel.harness.lab.Daemon;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/** An application that sends from before its tunnel is there, and the first of it that arrives. */
final class FirstDatagram {

  private static final long EACH_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private FirstDatagram() {}

  /**
   * Sends a datagram a millisecond until one has come.
   *
   * @param beganNanos since when the time is counted, which also tells this run's datagrams from
   *     those of others
   * @param entry where the application sends to
   * @param target where it comes out; its time-out is how long is waited
   * @param client what is being started
   * @return how long it took, in milliseconds
   */
  static double millis(long beganNanos, int entry, DatagramSocket target, Daemon client)
      throws IOException {
    InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
    try (DatagramSocket application = new DatagramSocket(new InetSocketAddress(loopback, 0))) {
      application.connect(new InetSocketAddress(loopback, entry));
      Thread sender = Thread.ofPlatform().start(() -> send(application, beganNanos));
      try {
        DatagramPacket arrived = new DatagramPacket(new byte[64], 64);
        do {
          target.receive(arrived);
        } while (ByteBuffer.wrap(arrived.getData()).getLong() != beganNanos);
        return (System.nanoTime() - beganNanos) / 1e6;
      } catch (SocketTimeoutException e) {
        throw new IOException("nothing came through " + client + client.tail(), e);
      } finally {
        sender.interrupt();
      }
    }
  }

  private static void send(DatagramSocket application, long run) {
    byte[] bytes = ByteBuffer.allocate(64).putLong(run).array();
    try {
      while (true) {
        try {
          application.send(new DatagramPacket(bytes, bytes.length));
        } catch (PortUnreachableException e) {
          // Nobody listens yet.
        }
        TimeUnit.NANOSECONDS.sleep(EACH_NANOS);
      }
    } catch (IOException | InterruptedException e) {
      // It has arrived.
    }
  }
}

package dev.mptunnel.harness.lab.application;

import dev.mptunnel.harness.lab.Endpoint;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;

/**
 * A socket for datagrams to one place, as it is or by a proxy's UDP ASSOCIATE (RFC 1928, sections
 * 4, 6 and 7).
 */
final class DatagramWay implements AutoCloseable {

  private static final int REPLY_LIMIT_MILLIS = 10_000;

  /** That nobody is asked for a password; and the request, which does not say who will send. */
  private static final byte[] ASSOCIATE = {5, 1, 0, 5, 3, 0, 1, 0, 0, 0, 0, 0, 0};

  private static final byte[] ASSOCIATED = {5, 0, 5, 0, 0, 1};
  private static final int ADDRESS_BYTES = 4;
  private static final int REPLY_BYTES = ASSOCIATED.length + ADDRESS_BYTES + 2;

  private final DatagramSocket socket;
  private final Socket control;
  private final byte[] head;

  private DatagramWay(InetSocketAddress remote, Socket control, byte[] head) throws IOException {
    this.control = control;
    this.head = head;
    socket = new DatagramSocket();
    socket.connect(remote);
  }

  /** Without a proxy. */
  static DatagramWay to(Endpoint target) throws IOException {
    return new DatagramWay(new InetSocketAddress(target.host(), target.port()), null, new byte[0]);
  }

  /** Through a proxy, which speaks IPv4. */
  static DatagramWay through(Endpoint proxy, Endpoint target) throws IOException {
    Socket control = new Socket(proxy.host(), proxy.port());
    try {
      control.setSoTimeout(REPLY_LIMIT_MILLIS);
      control.getOutputStream().write(ASSOCIATE);
      byte[] reply = control.getInputStream().readNBytes(REPLY_BYTES);
      if (reply.length < REPLY_BYTES
          || !Arrays.equals(ASSOCIATED, Arrays.copyOf(reply, ASSOCIATED.length))) {
        throw new IOException("the proxy gives no socket: " + Arrays.toString(reply));
      }
      ByteBuffer place = ByteBuffer.wrap(reply, ASSOCIATED.length, REPLY_BYTES - ASSOCIATED.length);
      byte[] address = new byte[ADDRESS_BYTES];
      place.get(address);
      int port = place.getShort() & 0xffff;
      InetSocketAddress remote = new InetSocketAddress(InetAddress.getByAddress(address), port);
      return new DatagramWay(remote, control, head(target));
    } catch (IOException | RuntimeException e) {
      control.close();
      throw e;
    }
  }

  /** What stands before each datagram, both ways. */
  private static byte[] head(Endpoint target) {
    byte[] address = InetAddress.ofLiteral(target.host()).getAddress();
    return ByteBuffer.allocate(4 + ADDRESS_BYTES + 2)
        .put(new byte[] {0, 0, 0, 1})
        .put(address)
        .putShort((short) target.port())
        .array();
  }

  void setPatience(Duration patience) throws IOException {
    socket.setSoTimeout((int) patience.toMillis());
  }

  void send(byte[] datagram) throws IOException {
    byte[] whole = Arrays.copyOf(head, head.length + datagram.length);
    System.arraycopy(datagram, 0, whole, head.length, datagram.length);
    socket.send(new DatagramPacket(whole, whole.length));
  }

  /**
   * Waits for a datagram.
   *
   * @throws java.net.SocketTimeoutException if none comes
   */
  DatagramPacket receive(int maxBytes) throws IOException {
    DatagramPacket packet =
        new DatagramPacket(new byte[head.length + maxBytes], head.length + maxBytes);
    socket.receive(packet);
    int length = packet.getLength();
    byte[] got = packet.getData();
    if (length < head.length || !Arrays.equals(head, Arrays.copyOf(got, head.length))) {
      throw new IOException("a datagram from elsewhere: " + Arrays.toString(got));
    }
    packet.setData(got, head.length, length - head.length);
    return packet;
  }

  @Override
  public void close() throws IOException {
    socket.close();
    if (control != null) {
      control.close();
    }
  }
}

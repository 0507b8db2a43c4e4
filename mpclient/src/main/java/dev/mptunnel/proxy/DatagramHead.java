package dev.mptunnel.proxy;

import dev.mptunnel.wire.Destination;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * What stands before a datagram that travels between an application and a SOCKS5 proxy (RFC 1928,
 * section 7). Those in pieces are not taken, which the RFC lets a proxy do.
 *
 * <pre>
 *  0:16 | piece:8 = 0 | kind:8 | host | port:16 | datagram
 *
 *  kind 1, host 4 bytes; kind 4, host 16 bytes; kind 3, host a byte with its length, and a name
 * </pre>
 */
public final class DatagramHead {

  /** No head is longer. */
  public static final int MAX_BYTES = 4 + 1 + 255 + 2;

  private static final int IPV4 = 1;
  private static final int NAME = 3;
  private static final int IPV6 = 4;

  private DatagramHead() {}

  /**
   * Reads the head of a datagram, which then begins at the buffer's position.
   *
   * @return where it is to go, or null if there is no such head, or no such place
   */
  public static Destination read(ByteBuffer datagram) {
    if (datagram.remaining() < 5 || datagram.getShort() != 0 || datagram.get() != 0) {
      return null;
    }
    int kind = datagram.get();
    int length =
        switch (kind) {
          case IPV4 -> 4;
          case IPV6 -> 16;
          case NAME -> datagram.get() & 0xff;
          default -> Integer.MAX_VALUE / 2;
        };
    if (datagram.remaining() < length + 2) {
      return null;
    }
    byte[] host = new byte[length];
    datagram.get(host);
    int port = datagram.getShort() & 0xffff;
    return Destination.of(
        kind == NAME ? new String(host, StandardCharsets.ISO_8859_1) : text(host), port);
  }

  private static String text(byte[] address) {
    try {
      return InetAddress.getByAddress(address).getHostAddress();
    } catch (UnknownHostException e) {
      throw new IllegalStateException(e); // of another length than 4 or 16
    }
  }

  /** Writes the head of a datagram that comes from there. */
  public static void put(ByteBuffer to, Destination from) {
    to.putShort((short) 0).put((byte) 0);
    InetAddress address = from.address();
    if (address == null) {
      byte[] name = from.host().getBytes(StandardCharsets.US_ASCII);
      to.put((byte) NAME).put((byte) name.length).put(name);
    } else {
      byte[] bytes = address.getAddress();
      to.put((byte) (bytes.length == 4 ? IPV4 : IPV6)).put(bytes);
    }
    to.putShort((short) from.port());
  }
}

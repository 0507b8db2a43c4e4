package dev.mptunnel.access;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Arrays;

/** All addresses of one family that begin with the same bits (CIDR, RFC 4632). */
final class Network {

  private final byte[] begin;
  private final int bits;
  private final String text;

  private Network(byte[] begin, int bits, String text) {
    this.begin = begin;
    this.bits = bits;
    this.text = text;
  }

  /**
   * A network by its first address.
   *
   * @param bits how many of its first bits all its addresses share
   * @return null if there are not so many, or a bit behind them is set
   */
  static Network of(InetAddress address, int bits) {
    byte[] bytes = address.getAddress();
    int all = bytes.length * Byte.SIZE;
    if (bits < 0 || bits > all) {
      return null;
    }
    for (int bit = bits; bit < all; bit++) {
      if (isSet(bytes, bit)) {
        return null;
      }
    }
    String host = address.getHostAddress();
    String shown = address instanceof Inet4Address ? host : "[" + host + "]";
    return new Network(bytes, bits, bits == all ? shown : shown + "/" + bits);
  }

  /** The network that an address is in, by how many of its first bits all there share. */
  static Network around(InetAddress address, int bits) {
    byte[] bytes = address.getAddress();
    for (int bit = bits; bit < bytes.length * Byte.SIZE; bit++) {
      bytes[bit / Byte.SIZE] &= (byte) ~(0x80 >>> bit % Byte.SIZE);
    }
    return new Network(bytes, bits, address.getHostAddress() + "/" + bits);
  }

  /** That of one address alone. */
  static Network of(InetAddress address) {
    return of(address, address.getAddress().length * Byte.SIZE);
  }

  /** One that is known to be well written, {@code address/bits}. */
  static Network literal(String text) {
    int slash = text.indexOf('/');
    int bits = Integer.parseInt(text.substring(slash + 1));
    return of(InetAddress.ofLiteral(text.substring(0, slash)), bits);
  }

  /** Of IPv6, by the first 16-bit groups, also where Java would take it for one of IPv4. */
  static Network ofGroups(int bits, int... groups) {
    byte[] bytes = new byte[16];
    for (int i = 0; i < groups.length; i++) {
      bytes[2 * i] = (byte) (groups[i] >>> Byte.SIZE);
      bytes[2 * i + 1] = (byte) groups[i];
    }
    return new Network(bytes, bits, Arrays.toString(groups) + "/" + bits);
  }

  private static boolean isSet(byte[] bytes, int bit) {
    return (bytes[bit / Byte.SIZE] & 0x80 >>> bit % Byte.SIZE) != 0;
  }

  boolean contains(InetAddress address) {
    return contains(address.getAddress());
  }

  private boolean contains(byte[] address) {
    if (address.length != begin.length) {
      return false;
    }
    for (int bit = 0; bit < bits; bit++) {
      if (isSet(address, bit) != isSet(begin, bit)) {
        return false;
      }
    }
    return true;
  }

  /** Whether all addresses of the other one are of this. */
  boolean contains(Network other) {
    return other.bits >= bits && contains(other.begin);
  }

  /** Whether it is one address. */
  boolean isOneAddress() {
    return bits == begin.length * Byte.SIZE;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Network network
        && bits == network.bits
        && Arrays.equals(begin, network.begin);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(begin) + bits;
  }

  /** As a rule has it: {@code 10.0.0.0/8}, {@code [fd00:0:0:0:0:0:0:0]/8}, or one address. */
  @Override
  public String toString() {
    return text;
  }
}

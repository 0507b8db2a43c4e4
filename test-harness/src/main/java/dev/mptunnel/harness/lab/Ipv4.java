package dev.mptunnel.harness.lab;

import java.nio.ByteBuffer;

/** What a router does to IPv4 packets that are too long (RFC 791, 792, 1191). */
final class Ipv4 {

  private static final int TOTAL_LENGTH = 2;
  private static final int FRAGMENT = 6;
  private static final int PROTOCOL = 9;
  private static final int HEADER_CHECKSUM = 10;
  private static final int SOURCE = 12;
  private static final int DESTINATION = 16;
  private static final int MIN_HEADER_BYTES = 20;

  private static final int DONT_FRAGMENT = 0x4000;
  private static final int MORE_FRAGMENTS = 0x2000;
  private static final int OFFSET_MASK = 0x1fff;
  private static final int OFFSET_UNIT_BYTES = 8;

  private static final byte PROTOCOL_ICMP = 1;
  private static final int ICMP_ECHO_REPLY = 0;
  private static final int ICMP_ECHO = 8;
  private static final short UNREACHABLE_FRAGMENTATION_NEEDED = 0x0304;
  private static final int ICMP_HEADER_BYTES = 8;
  private static final int ICMP_CHECKSUM = 2;
  private static final int ICMP_NEXT_HOP_MTU = 6;
  private static final byte TTL = 64;

  /** An ICMP message quotes as much as fits into this (RFC 1812, section 4.3.2.3). */
  private static final int MAX_ICMP_PACKET_BYTES = 576;

  private Ipv4() {}

  /** Whether the packet, from 0 to its limit, is one of IPv4 and whole. */
  static boolean isWhole(ByteBuffer packet) {
    return packet.limit() >= MIN_HEADER_BYTES
        && packet.get(0) >> 4 == 4
        && headerBytes(packet) >= MIN_HEADER_BYTES
        && headerBytes(packet) <= packet.limit()
        && Short.toUnsignedInt(packet.getShort(TOTAL_LENGTH)) == packet.limit();
  }

  /** Where the header ends. */
  static int headerBytes(ByteBuffer packet) {
    return (packet.get(0) & 0xf) * Integer.BYTES;
  }

  static boolean mayBeFragmented(ByteBuffer packet) {
    return (packet.getShort(FRAGMENT) & DONT_FRAGMENT) == 0;
  }

  /**
   * Makes one fragment, with all of the packet's options.
   *
   * @param doneBytes how much of the packet's data the fragments before hold
   * @param into takes the fragment, from 0 to its limit
   * @return how much this one and those before hold; when that is all of it, it was the last
   */
  static int fragment(ByteBuffer packet, int mtuBytes, int doneBytes, ByteBuffer into) {
    int header = headerBytes(packet);
    int room = (mtuBytes - header) / OFFSET_UNIT_BYTES * OFFSET_UNIT_BYTES;
    int left = packet.limit() - header - doneBytes;
    int length = Math.min(room, left);
    int before = packet.getShort(FRAGMENT);
    int more = length < left ? MORE_FRAGMENTS : before & MORE_FRAGMENTS;
    int offset = (before & OFFSET_MASK) + doneBytes / OFFSET_UNIT_BYTES;
    into.clear().limit(header + length);
    into.put(0, packet, 0, header).put(header, packet, header + doneBytes, length);
    into.putShort(TOTAL_LENGTH, (short) (header + length));
    into.putShort(FRAGMENT, (short) (more | offset));
    into.putShort(HEADER_CHECKSUM, (short) 0);
    into.putShort(HEADER_CHECKSUM, checksum(into, 0, header));
    return doneBytes + length;
  }

  /**
   * Whether an error may be answered to the packet: not to errors, and not to any but the first
   * fragment (RFC 1122, section 3.2.2).
   */
  static boolean mayBeAnswered(ByteBuffer packet) {
    if ((packet.getShort(FRAGMENT) & OFFSET_MASK) != 0) {
      return false;
    }
    int type = packet.get(headerBytes(packet));
    return packet.get(PROTOCOL) != PROTOCOL_ICMP || type == ICMP_ECHO || type == ICMP_ECHO_REPLY;
  }

  /**
   * Makes the answer "fragmentation needed and DF set" to a packet.
   *
   * @param router the address of who answers
   * @param into takes the answer, from 0 to its limit
   */
  static void fragmentationNeeded(ByteBuffer packet, int mtuBytes, int router, ByteBuffer into) {
    int quoteAt = MIN_HEADER_BYTES + ICMP_HEADER_BYTES;
    int length = Math.min(MAX_ICMP_PACKET_BYTES, quoteAt + packet.limit());
    into.clear().limit(length);
    into.put(0, (byte) 0x45).put(1, (byte) 0);
    into.putShort(TOTAL_LENGTH, (short) length).putShort(4, (short) 0);
    into.putShort(FRAGMENT, (short) 0).put(8, TTL).put(PROTOCOL, PROTOCOL_ICMP);
    into.putShort(HEADER_CHECKSUM, (short) 0);
    into.putInt(SOURCE, router).putInt(DESTINATION, packet.getInt(SOURCE));
    into.putShort(HEADER_CHECKSUM, checksum(into, 0, MIN_HEADER_BYTES));

    int icmp = MIN_HEADER_BYTES;
    into.putShort(icmp, UNREACHABLE_FRAGMENTATION_NEEDED).putShort(icmp + ICMP_CHECKSUM, (short) 0);
    into.putShort(icmp + 4, (short) 0).putShort(icmp + ICMP_NEXT_HOP_MTU, (short) mtuBytes);
    into.put(quoteAt, packet, 0, length - quoteAt);
    into.putShort(icmp + ICMP_CHECKSUM, checksum(into, icmp, length));
  }

  /** The Internet checksum (RFC 1071) of what stands between two offsets. */
  static short checksum(ByteBuffer bytes, int from, int to) {
    int sum = 0;
    for (int at = from; at < to - 1; at += Short.BYTES) {
      sum += Short.toUnsignedInt(bytes.getShort(at));
    }
    if ((to - from) % Short.BYTES != 0) {
      sum += Byte.toUnsignedInt(bytes.get(to - 1)) << Byte.SIZE;
    }
    while (sum >>> Short.SIZE != 0) {
      sum = (sum & 0xffff) + (sum >>> Short.SIZE);
    }
    return (short) ~sum;
  }
}

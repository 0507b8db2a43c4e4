package dev.mptunnel.net;

import java.nio.ByteOrder;

/** Socket options of Linux by number, as socket(7), ip(7), ipv6(7) and udp(7) name them. */
final class LinuxOptions {

  static final int SOL_SOCKET = 1;
  static final int IPPROTO_IP = 0;
  static final int IPPROTO_IPV6 = 41;
  static final int SOL_UDP = 17;

  static final int SO_SNDBUF = 7;
  static final int SO_RCVBUF = 8;

  /** Several sockets of one user may have one port: since Linux 3.9. */
  static final int SO_REUSEPORT = 15;

  static final int SO_BINDTODEVICE = 25;

  /** As SO_SNDBUF and SO_RCVBUF, but past the sysctl limits; these need CAP_NET_ADMIN. */
  static final int SO_SNDBUFFORCE = 32;

  static final int SO_RCVBUFFORCE = 33;

  /**
   * Tells with each datagram when it arrived, by the time of day; the message is called the same.
   */
  static final int SO_TIMESTAMPNS = 35;

  static final int SO_MARK = 36;

  /** A program picks which of the sockets that share a port gets a datagram: since Linux 4.5. */
  static final int SO_ATTACH_REUSEPORT_CBPF = 51;

  /** What the socket's memory holds, nine numbers of 32 bits: since Linux 4.12. */
  static final int SO_MEMINFO = 55;

  static final int MEMINFO_NUMBERS = 9;

  /** Which of them counts what was dropped. */
  static final int MEMINFO_DROPS = 8;

  /** Sets the traffic class of all packets, or as a message of one; so is called what is told. */
  static final int IP_TOS = 1;

  static final int IPV6_TCLASS = 67;

  /** Tells the traffic class of each datagram. */
  static final int IP_RECVTOS = 13;

  static final int IPV6_RECVTCLASS = 66;

  static final int IP_MTU_DISCOVER = 10;
  static final int IPV6_MTU_DISCOVER = 23;
  static final int PMTUDISC_PROBE = 3; // the same number for both

  static final int IPV6_V6ONLY = 26;

  /**
   * Where unicast packets leave, by interface index in network byte order. Unlike SO_BINDTODEVICE
   * it may be changed by anybody at any time, and limits nothing that is received.
   */
  static final int IP_UNICAST_IF = 50;

  static final int IPV6_UNICAST_IF = 76;

  /** Cuts one long message into datagrams of this size: since Linux 4.18. */
  static final int UDP_SEGMENT = 103;

  /** Hands datagrams of one size and source over as one, and tells the size: since Linux 5.0. */
  static final int UDP_GRO = 104;

  private LinuxOptions() {}

  /** A number in network byte order, as the two of UNICAST_IF want theirs. */
  static int networkOrder(int value) {
    boolean bigEndian = ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN;
    return bigEndian ? value : Integer.reverseBytes(value);
  }
}

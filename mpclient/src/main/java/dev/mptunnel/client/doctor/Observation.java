package dev.mptunnel.client.doctor;

import dev.mptunnel.config.BridgeLine;
import dev.mptunnel.core.Refusal;
import dev.mptunnel.net.RouteWatch;
import dev.mptunnel.wire.About;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Set;

/** What was seen of one bridge. Written while it is asked, read when that has ended. */
final class Observation {

  /** What came of UDP. */
  enum Udp {
    /** Nothing. */
    SILENT,
    /** The host says that nobody listens there. */
    REFUSED,
    /** The path carries packets both ways, under the secret. */
    UP
  }

  /** What came of TCP. */
  enum Tcp {
    /** No connection came about. */
    SILENT,
    /** The host says that nobody listens there. */
    REFUSED,
    /** Somebody accepted the connection, and then closed it or said nothing. */
    ACCEPTED,
    /** The server answered over it, under the secret. */
    UP
  }

  final BridgeLine bridge;

  /** Null where the name does not resolve. */
  InetSocketAddress address;

  /** The address that our packets leave from, or null where that is not known. */
  InetAddress local;

  /** Why no socket can be opened as the bridge's line says, or null. */
  String unbound;

  /** Why nothing can be sent there at all, or null. */
  String trouble;

  /** Null where its route leads into no tunnel device. */
  RouteWatch.Detour detour;

  Udp udp = Udp.SILENT;
  Tcp tcp = Tcp.SILENT;

  /** Whether a TCP connection has joined the session as a tunnel, where that is wanted. */
  boolean joined;

  /** The version of the protocol that an answer was in that is not ours, or -1. */
  int otherVersion = -1;

  /** Why the server let us not in, or null. */
  Refusal refusal;

  long rttMicros;

  /** Shares lost, 0 to 1, on the way there and back; NaN: not measured. */
  double lossOut = Double.NaN;

  double lossIn = Double.NaN;

  /** The longest IP packet that gets there; 0: not found out. */
  int mtuOut;

  /** Whether it carries less than every path must. */
  boolean narrow;

  /** Where packets came from that was not where ours go, or null. */
  InetSocketAddress answersFrom;

  /** The longest IP packet that came back. */
  int longestIn;

  /** How much of what was sent by UDP alone the server has not got, 0 to 1; NaN: not measured. */
  double lostByUdp = Double.NaN;

  /** How often the server has found us at another address than before. */
  int rebindings;

  /** Where the server has seen our packets come from. */
  final Set<InetSocketAddress> seenAt = new HashSet<>();

  /** What the server says of itself, or null. */
  About about;

  /** How far its clock is ahead of ours. */
  long clockAheadMillis;

  Observation(BridgeLine bridge) {
    this.bridge = bridge;
  }
}

package dev.mptunnel.observe;

import dev.mptunnel.core.Event;

/** What to tell somebody whose datagrams go in pieces: what that costs, and how to end it. */
public final class FragmentHint {

  /**
   * What WireGuard adds to an IP packet, the padding to whole 16 bytes left out: it stops at the
   * MTU.
   */
  private static final int WIREGUARD_BYTES = 32;

  private FragmentHint() {}

  /** One line. */
  public static String of(Event.FlowFragmented fragmented) {
    int roomBytes = fragmented.roomBytes();
    return ("datagrams of %d bytes travel in pieces, which costs packets, and one lost piece loses"
            + " the datagram; up to %d bytes travel whole: for OpenVPN add 'mssfix %d' to its"
            + " configuration on one end, for WireGuard 'MTU = %d' on both")
        .formatted(fragmented.bytes(), roomBytes, roomBytes, roomBytes - WIREGUARD_BYTES);
  }
}

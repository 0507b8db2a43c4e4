package dev.mptunnel.wire;

import java.nio.ByteBuffer;

/**
 * What keeps the DATA and PATH packets of one epoch whole, and when sealed also secret: the seam
 * between plain and sealed mode. Used by one thread at a time.
 */
public interface PacketProtection {

  /** Bytes that {@link #seal} adds behind the frames. */
  int overheadBytes();

  /**
   * Whether what opens is surely the peer's. A check sum lets one damaged packet in 2<sup>32</sup>
   * through, and anything that somebody made up.
   */
  boolean isAuthentic();

  /** Whether buffers that have an array suit it better, so much that a copy to one is worth it. */
  boolean worksOnHeap();

  /**
   * Protects a packet in place: header and frames from position to limit. The limit moves behind
   * the tag, for which the buffer must have room.
   */
  void seal(ByteBuffer packet);

  /**
   * Verifies a packet, from position to limit.
   *
   * @param packet nothing of it is changed, but for its limit if it is returned itself
   * @param room that has an array, another than the packet's, and is as long; the opened packet may
   *     be put at its beginning
   * @return header and frames in clear, from position to limit, there or in the packet itself; or
   *     null if it is not what the peer sealed in this epoch
   */
  ByteBuffer open(ByteBuffer packet, ByteBuffer room);

  /**
   * What tunnels that join the session in this epoch take their keys from. The keys of packets do
   * not follow from it, nor it from them.
   */
  TunnelSecret tunnelSecret();
}

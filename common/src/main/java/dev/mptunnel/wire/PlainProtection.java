package dev.mptunnel.wire;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Plain mode's protection: a CRC32C (RFC 3720, appendix B.4) in place of the tag, over both
 * incarnation numbers of the epoch's handshake, then header and frames. It stops accidents, strays
 * and what a restarted end sent before, not a forger who can see the packets.
 */
public final class PlainProtection implements PacketProtection {

  private static final int TAG_BYTES = 4;

  private final byte[] incarnations;
  private final CRC32C crc = new CRC32C();

  public PlainProtection(long initiatorIncarnation, long responderIncarnation) {
    incarnations =
        ByteBuffer.allocate(16).putLong(initiatorIncarnation).putLong(responderIncarnation).array();
  }

  @Override
  public int overheadBytes() {
    return TAG_BYTES;
  }

  @Override
  public boolean isAuthentic() {
    return false;
  }

  /** A CRC32C is as fast on memory outside the heap. */
  @Override
  public boolean worksOnHeap() {
    return false;
  }

  @Override
  public void seal(ByteBuffer packet) {
    int end = packet.limit();
    int check = check(packet, end);
    packet.limit(end + TAG_BYTES).putInt(end, check);
  }

  @Override
  public ByteBuffer open(ByteBuffer packet, ByteBuffer room) {
    int end = packet.limit() - TAG_BYTES;
    if (end - packet.position() < Header.LENGTH || packet.getInt(end) != check(packet, end)) {
      return null;
    }
    return packet.limit(end);
  }

  /** The incarnations, which keep the tunnels of another epoch out, and nobody else. */
  @Override
  public TunnelSecret tunnelSecret() {
    return TunnelSecret.plain(incarnations);
  }

  /** The packet itself is moved along, and put back: a slice would be garbage. */
  private int check(ByteBuffer packet, int end) {
    int start = packet.position();
    int limit = packet.limit();
    crc.reset();
    crc.update(incarnations);
    crc.update(packet.limit(end));
    packet.limit(limit).position(start);
    return (int) crc.getValue();
  }
}

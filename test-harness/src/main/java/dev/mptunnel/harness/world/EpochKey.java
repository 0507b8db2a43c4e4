package dev.mptunnel.harness.world;

import dev.mptunnel.wire.Handshake;
import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.PacketProtection;
import dev.mptunnel.wire.PacketType;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** What one answered handshake made: whoever has it can open the packets of its epoch. */
final class EpochKey {

  private final CoreNode responder;
  private final long answeredNanos;
  private final byte[] head;
  private final byte[] response;
  private final PacketProtection responders;
  private PacketProtection initiators;

  /**
   * @param responder that has answered now
   * @param head of the INIT
   * @param response the RESPONSE's body
   * @param responders the responder's protection
   */
  EpochKey(CoreNode responder, byte[] head, byte[] response, PacketProtection responders) {
    this.responder = responder;
    this.answeredNanos = responder.clockNanos();
    this.head = head;
    this.response = response;
    this.responders = responders;
  }

  /** The answer has reached the initiator, which has this protection. */
  void establish(PacketProtection protection) {
    initiators = protection;
  }

  long sessionId() {
    return ByteBuffer.wrap(head).getLong(Header.SESSION_ID_OFFSET);
  }

  int number() {
    return head[Header.EPOCH_OFFSET] & 0xff;
  }

  CoreNode responder() {
    return responder;
  }

  /** When it was made, on the responder's clock. */
  long answeredNanos() {
    return answeredNanos;
  }

  /** Whether a RESPONSE with this body is what made the key. */
  boolean isMadeBy(byte[] responseBody) {
    return Arrays.equals(response, responseBody);
  }

  /** Whether this RESPONSE, which names this session and epoch, is what made the key. */
  boolean isFrom(ByteBuffer packet) {
    return Handshake.fits(packet, Handshake.RESPONSE_TRAILER_BYTES)
        && isMadeBy(Handshake.body(Handshake.message(packet, Handshake.RESPONSE_TRAILER_BYTES)));
  }

  /** The DATA or PATH packet opened, in a copy, or null if it is not of this key. */
  ByteBuffer open(ByteBuffer packet) {
    boolean fromInitiator = PacketType.isFromInitiator(packet.get(packet.position()));
    PacketProtection protection = fromInitiator ? responders : initiators;
    if (protection == null) {
      return null;
    }
    ByteBuffer copy = ByteBuffer.allocate(packet.remaining()).put(packet.duplicate()).flip();
    return protection.open(copy, ByteBuffer.allocate(copy.capacity()));
  }
}

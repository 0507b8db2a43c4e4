package dev.mptunnel.harness.world;

import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.PlainHandshake;
import dev.mptunnel.wire.PlainProtection;
import java.nio.ByteBuffer;

/** What one answered handshake made: whoever has it can open the packets of its epoch. */
final class EpochKey {

  private final long sessionId;
  private final int number;
  private final long initiatorIncarnation;
  private final long responderIncarnation;
  private final PlainProtection protection;
  private final CoreNode responder;
  private final long answeredNanos;

  /** Read from the RESPONSE that this node sends now. */
  EpochKey(ByteBuffer response, CoreNode responder, long nowNanos) {
    this.sessionId = Header.sessionId(response);
    this.number = Header.epoch(response);
    this.initiatorIncarnation = PlainHandshake.initiatorIncarnation(response);
    this.responderIncarnation = PlainHandshake.responderIncarnation(response);
    this.protection = new PlainProtection(initiatorIncarnation, responderIncarnation);
    this.responder = responder;
    this.answeredNanos = nowNanos;
  }

  long sessionId() {
    return sessionId;
  }

  CoreNode responder() {
    return responder;
  }

  /** When it was made. */
  long answeredNanos() {
    return answeredNanos;
  }

  /** Whether this RESPONSE is what made the key. */
  boolean isFrom(ByteBuffer response) {
    return isNamedBy(response)
        && initiatorIncarnation == PlainHandshake.initiatorIncarnation(response)
        && responderIncarnation == PlainHandshake.responderIncarnation(response);
  }

  /** Whether the packet names this session and epoch; it may yet be of another key. */
  boolean isNamedBy(ByteBuffer packet) {
    return sessionId == Header.sessionId(packet) && number == Header.epoch(packet);
  }

  /** Whether the packet, which is left alone, opens under this key. */
  boolean opens(ByteBuffer packet) {
    return isNamedBy(packet) && protection.open(packet.duplicate());
  }
}

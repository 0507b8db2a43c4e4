package dev.mptunnel.harness.world;

import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.PacketProtection;
import dev.mptunnel.wire.PacketType;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The keys of all epochs of a world, as its {@link KeyLog}s tell of them. */
final class Keyring {

  private record Name(long sessionId, int number) {}

  private final Map<Name, List<EpochKey>> byName = new HashMap<>();
  private final Map<Long, List<EpochKey>> bySession = new HashMap<>();

  /** A responder has answered the INIT with this head, by a RESPONSE with this body. */
  void answered(CoreNode responder, byte[] head, byte[] body, PacketProtection protection) {
    EpochKey key = new EpochKey(responder, head, body, protection);
    byName
        .computeIfAbsent(new Name(key.sessionId(), key.number()), name -> new ArrayList<>())
        .add(key);
    bySession.computeIfAbsent(key.sessionId(), id -> new ArrayList<>()).add(key);
  }

  /** The initiator that sent the INIT with this head has read the RESPONSE with this body. */
  void established(byte[] head, byte[] body, PacketProtection protection) {
    for (EpochKey key : named(ByteBuffer.wrap(head))) {
      if (key.isMadeBy(body)) {
        key.establish(protection);
      }
    }
  }

  /** The keys that may be meant by a packet's session id and epoch, oldest first. */
  List<EpochKey> named(ByteBuffer packet) {
    return byName.getOrDefault(new Name(Header.sessionId(packet), Header.epoch(packet)), List.of());
  }

  /** The keys of a session, oldest first. */
  List<EpochKey> ofSession(long sessionId) {
    return bySession.getOrDefault(sessionId, List.of());
  }

  /**
   * The key that a RESPONSE made, or under which a DATA or PATH packet opens; null where there is
   * none.
   */
  EpochKey of(ByteBuffer packet) {
    int type = PacketType.type(packet.get(packet.position()));
    for (EpochKey key : named(packet)) {
      if (type == PacketType.HANDSHAKE_RESPONSE ? key.isFrom(packet) : key.open(packet) != null) {
        return key;
      }
    }
    return null;
  }

  /** The DATA or PATH packet opened, in a copy, or null if no key opens it. */
  ByteBuffer open(ByteBuffer packet) {
    EpochKey key = of(packet);
    return key == null ? null : key.open(packet);
  }
}

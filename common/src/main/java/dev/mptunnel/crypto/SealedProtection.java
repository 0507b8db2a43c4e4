package dev.mptunnel.crypto;

import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.PacketProtection;
import dev.mptunnel.wire.PacketType;
import dev.mptunnel.wire.TunnelSecret;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Sealed mode's protection: AES-GCM under the keys that an epoch's handshake left. The header is
 * associated data, its last 48 bits are the nonce. DATA and PATH have different keys, since both
 * count from zero.
 *
 * <p>Two packets under one key and nonce would give away both, and let anyone forge more (Joux,
 * "Authentication Failures in NIST version of GCM"). So {@link #seal} itself refuses a counter that
 * does not grow: a tunnel that stops with an exception is the lesser harm.
 *
 * <p>Fastest on buffers that have an array. Ciphers are made when the first packet needs them,
 * since a server keeps many handshakes that never see one.
 */
public final class SealedProtection implements PacketProtection {

  private static final int PATHS = 256;
  private static final int KEY_BYTES = 32;

  private final PacketCipher sealsData;
  private final PacketCipher sealsPath;
  private final PacketCipher opensData;
  private final PacketCipher opensPath;

  private final TransportKeys keys;
  private final int keyBits;

  private long lastDataCounter = -1;
  private long[] lastPathCounters;

  /**
   * One end's protection.
   *
   * @param isInitiator whether this end was the handshake's initiator
   * @param keyBits 128 or 256
   */
  public SealedProtection(TransportKeys keys, boolean isInitiator, int keyBits) {
    if (keyBits != 128 && keyBits != 256) {
      throw new IllegalArgumentException("AES with a key of " + keyBits + " bits");
    }
    this.keys = keys;
    this.keyBits = keyBits;
    byte[] toPeer = isInitiator ? keys.initiatorToResponder() : keys.responderToInitiator();
    byte[] fromPeer = isInitiator ? keys.responderToInitiator() : keys.initiatorToResponder();
    sealsData = new PacketCipher(toPeer, "mptunnel data", keyBits / 8);
    sealsPath = new PacketCipher(toPeer, "mptunnel path", keyBits / 8);
    opensData = new PacketCipher(fromPeer, "mptunnel data", keyBits / 8);
    opensPath = new PacketCipher(fromPeer, "mptunnel path", keyBits / 8);
  }

  @Override
  public boolean isAuthentic() {
    return true;
  }

  @Override
  public boolean worksOnHeap() {
    return true;
  }

  @Override
  public int overheadBytes() {
    return Aead.TAG_BYTES;
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException for a DATA counter that is not above all before it, or a PATH
   *     counter that is not above all before it on its path
   * @throws IllegalArgumentException for a packet of another type
   */
  @Override
  public void seal(ByteBuffer packet) {
    switch (PacketType.type(packet.get(packet.position()))) {
      case PacketType.DATA -> {
        lastDataCounter = checkGrows(lastDataCounter, Header.dataCounter(packet));
        sealsData.seal(packet);
      }
      case PacketType.PATH -> {
        if (lastPathCounters == null) {
          lastPathCounters = new long[PATHS];
          Arrays.fill(lastPathCounters, -1);
        }
        int path = Header.path(packet);
        lastPathCounters[path] = checkGrows(lastPathCounters[path], Header.pathCounter(packet));
        sealsPath.seal(packet);
      }
      default -> throw new IllegalArgumentException("neither DATA nor PATH");
    }
  }

  @Override
  public ByteBuffer open(ByteBuffer packet, ByteBuffer room) {
    if (packet.remaining() < Header.LENGTH + Aead.TAG_BYTES) {
      return null;
    }
    return switch (PacketType.type(packet.get(packet.position()))) {
      case PacketType.DATA -> opensData.open(packet, room);
      case PacketType.PATH -> opensPath.open(packet, room);
      default -> null;
    };
  }

  @Override
  public TunnelSecret tunnelSecret() {
    byte[] both = new byte[2 * KEY_BYTES];
    System.arraycopy(keys.initiatorToResponder(), 0, both, 0, KEY_BYTES);
    System.arraycopy(keys.responderToInitiator(), 0, both, KEY_BYTES, KEY_BYTES);
    return new TunnelSecret(Hkdf.derive(both, "mptunnel tunnels", KEY_BYTES), keyBits);
  }

  private static long checkGrows(long last, long counter) {
    if (counter <= last) {
      throw new IllegalStateException("counter " + counter + " after " + last);
    }
    return counter;
  }
}

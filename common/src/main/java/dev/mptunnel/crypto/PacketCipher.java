package dev.mptunnel.crypto;

import dev.mptunnel.wire.Header;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-GCM of whole packets under one key, one way: either seals or opens.
 *
 * <p>The JDK's cipher is fastest where one object is initialised again and again with the same key,
 * works on arrays, seals in place, and opens into another array: opening in place takes a second
 * pass, and where the tag is wrong it leaves the array spoilt.
 */
final class PacketCipher {

  /** Where in the header the 48 bits of the nonce stand; the bits before them are zero. */
  private static final int COUNTER_OFFSET = Header.EPOCH_OFFSET + 1;

  private static final int COUNTER_BYTES = Header.LENGTH - COUNTER_OFFSET;

  private final byte[] transportKey;
  private final String info;
  private final int keyBytes;
  private final byte[] nonce = new byte[Aead.NONCE_BYTES];

  private SecretKeySpec key;
  private Cipher cipher;

  PacketCipher(byte[] transportKey, String info, int keyBytes) {
    this.transportKey = transportKey;
    this.info = info;
    this.keyBytes = keyBytes;
  }

  /** As {@link dev.mptunnel.wire.PacketProtection#seal}. */
  void seal(ByteBuffer packet) {
    int clear = packet.remaining() - Header.LENGTH;
    packet.limit(packet.limit() + Aead.TAG_BYTES);
    ByteBuffer heap = onHeap(packet);
    byte[] array = heap.array();
    int start = heap.arrayOffset() + heap.position();
    try {
      begin(Cipher.ENCRYPT_MODE, array, start);
      cipher.doFinal(array, start + Header.LENGTH, clear, array, start + Header.LENGTH);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM cannot seal", e);
    }
    if (!packet.hasArray()) {
      packet.put(packet.position(), array);
    }
  }

  /** As {@link dev.mptunnel.wire.PacketProtection#open}, in the room; the packet can hold a tag. */
  ByteBuffer open(ByteBuffer packet, ByteBuffer room) {
    int sealed = packet.remaining() - Header.LENGTH;
    ByteBuffer heap = onHeap(packet);
    byte[] array = heap.array();
    int start = heap.arrayOffset() + heap.position();
    byte[] opened = room.array();
    int openedStart = room.arrayOffset();
    int clear;
    try {
      begin(Cipher.DECRYPT_MODE, array, start);
      clear =
          cipher.doFinal(array, start + Header.LENGTH, sealed, opened, openedStart + Header.LENGTH);
    } catch (AEADBadTagException e) {
      return null;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM cannot open", e);
    }
    System.arraycopy(array, start, opened, openedStart, Header.LENGTH);
    return room.clear().limit(Header.LENGTH + clear);
  }

  private void begin(int mode, byte[] array, int start) throws GeneralSecurityException {
    if (cipher == null) {
      key = Aead.newKey(Hkdf.derive(transportKey, info, keyBytes));
      cipher = Aead.newCipher();
    }
    System.arraycopy(
        array, start + COUNTER_OFFSET, nonce, nonce.length - COUNTER_BYTES, COUNTER_BYTES);
    cipher.init(mode, key, Aead.parameters(nonce));
    cipher.updateAAD(array, start, Header.LENGTH);
  }

  /** The packet, or a copy of it where it has no array. */
  private static ByteBuffer onHeap(ByteBuffer packet) {
    return packet.hasArray()
        ? packet
        : ByteBuffer.allocate(packet.remaining()).put(packet.duplicate()).flip();
  }
}

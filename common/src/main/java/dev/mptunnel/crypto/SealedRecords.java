package dev.mptunnel.crypto;

import dev.mptunnel.wire.Records;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

/**
 * Records under AES-GCM: the nonce is the record's number under its key, the head is associated
 * data. A key is followed by HKDF of it, and forgotten.
 */
final class SealedRecords implements RecordProtection {

  private final Cipher cipher = Aead.newCipher();
  private final int keyBytes;
  private final ByteBuffer nonce = ByteBuffer.allocate(Aead.NONCE_BYTES);
  private byte[] chain;
  private SecretKeySpec key;
  private long number;

  /**
   * @param chain what the first key follows from
   * @param keyBytes 16 or 32
   */
  SealedRecords(byte[] chain, int keyBytes) {
    this.chain = chain;
    this.keyBytes = keyBytes;
    key = newKey();
  }

  private SecretKeySpec newKey() {
    return Aead.newKey(Hkdf.derive(chain, "mptunnel record", keyBytes));
  }

  private void ratchet() {
    chain = Hkdf.derive(chain, "mptunnel ratchet", chain.length);
    key = newKey();
    number = 0;
  }

  @Override
  public int tagBytes() {
    return Aead.TAG_BYTES;
  }

  @Override
  public void seal(ByteBuffer record, boolean last) {
    int start = record.position();
    int clear = record.remaining() - Records.HEAD_BYTES;
    Records.putHead(record, start, clear + Aead.TAG_BYTES, last);
    record.limit(record.limit() + Aead.TAG_BYTES);
    byte[] array = record.array();
    int at = record.arrayOffset() + start + Records.HEAD_BYTES;
    try {
      begin(Cipher.ENCRYPT_MODE, record);
      cipher.doFinal(array, at, clear, array, at);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM cannot seal", e);
    }
    if (last) {
      ratchet();
    }
  }

  @Override
  public ByteBuffer open(ByteBuffer record, ByteBuffer room) {
    int sealed = record.remaining() - Records.HEAD_BYTES;
    int at = record.arrayOffset() + record.position() + Records.HEAD_BYTES;
    int clear;
    try {
      begin(Cipher.DECRYPT_MODE, record);
      clear = cipher.doFinal(record.array(), at, sealed, room.array(), room.arrayOffset());
    } catch (AEADBadTagException e) {
      return null;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM cannot open", e);
    }
    if (Records.isLast(record)) {
      ratchet();
    }
    return room.clear().limit(clear);
  }

  private void begin(int mode, ByteBuffer record) throws GeneralSecurityException {
    nonce.putLong(Aead.NONCE_BYTES - Long.BYTES, number++);
    cipher.init(mode, key, Aead.parameters(nonce.array()));
    int start = record.arrayOffset() + record.position();
    cipher.updateAAD(record.array(), start, Records.HEAD_BYTES);
  }
}

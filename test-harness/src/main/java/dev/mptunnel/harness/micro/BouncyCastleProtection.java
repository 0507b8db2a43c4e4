package dev.mptunnel.harness.micro;

import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.PacketProtection;
import dev.mptunnel.wire.TunnelSecret;
import java.nio.ByteBuffer;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.modes.GCMModeCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.KeyParameter;

/** Sealing by BouncyCastle's AES-GCM, to compare; of buffers that have an array. */
final class BouncyCastleProtection implements PacketProtection {

  private static final int TAG_BYTES = 16;

  private final GCMModeCipher cipher = GCMBlockCipher.newInstance(AESEngine.newInstance());
  private final KeyParameter key;
  private final byte[] header = new byte[Header.LENGTH];
  private final byte[] nonce = new byte[12];
  private final byte[] scratch = new byte[2048];

  BouncyCastleProtection(byte[] key) {
    this.key = new KeyParameter(key);
  }

  @Override
  public int overheadBytes() {
    return TAG_BYTES;
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
  public void seal(ByteBuffer packet) {
    run(true, packet);
  }

  @Override
  public ByteBuffer open(ByteBuffer packet, ByteBuffer room) {
    return run(false, packet) ? packet : null;
  }

  private boolean run(boolean seals, ByteBuffer packet) {
    int start = packet.position();
    int frames = start + Header.LENGTH;
    packet.get(start, header);
    System.arraycopy(header, 10, nonce, 6, 6);
    cipher.init(seals, new AEADParameters(key, TAG_BYTES * 8, nonce, header));
    try {
      int length = packet.limit() - frames;
      int at = packet.arrayOffset() + frames;
      int done = cipher.processBytes(packet.array(), at, length, scratch, 0);
      done += cipher.doFinal(scratch, done);
      packet.limit(frames + done).put(frames, scratch, 0, done);
      return true;
    } catch (InvalidCipherTextException e) {
      return false;
    }
  }

  @Override
  public TunnelSecret tunnelSecret() {
    throw new UnsupportedOperationException("measured with packets only");
  }
}

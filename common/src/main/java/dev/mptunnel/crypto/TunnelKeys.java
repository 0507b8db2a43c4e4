package dev.mptunnel.crypto;

import dev.mptunnel.wire.Join;
import dev.mptunnel.wire.TunnelSecret;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * What follows from the secret that the tunnels of a session have in an epoch: who may join, and
 * under which keys the records of a tunnel are.
 */
public final class TunnelKeys {

  private static final int KEY_BYTES = 32;

  private TunnelKeys() {}

  /** Puts the mac into a JOIN. */
  public static void signJoin(TunnelSecret secret, byte[] join) {
    sign(joinMac(secret, join), join);
  }

  /** Whether a JOIN's mac is right. */
  public static boolean isSigned(TunnelSecret secret, byte[] join) {
    return isSigned(joinMac(secret, join), join);
  }

  /** Puts the mac into an ACCEPT of this JOIN. */
  public static void signAccept(TunnelSecret secret, byte[] join, byte[] accept) {
    sign(acceptMac(secret, join, accept), accept);
  }

  /** Whether an ACCEPT answers this JOIN. */
  public static boolean isSigned(TunnelSecret secret, byte[] join, byte[] accept) {
    return isSigned(acceptMac(secret, join, accept), accept);
  }

  /**
   * One way of the records of a tunnel.
   *
   * @param fromInitiator which way
   */
  public static RecordProtection records(
      TunnelSecret secret, byte[] join, byte[] accept, boolean fromInitiator) {
    byte[] salt = new byte[2 * Join.NONCE_BYTES];
    System.arraycopy(Join.nonce(join), 0, salt, 0, Join.NONCE_BYTES);
    System.arraycopy(Join.nonce(accept), 0, salt, Join.NONCE_BYTES, Join.NONCE_BYTES);
    String info = fromInitiator ? "mptunnel tunnel up" : "mptunnel tunnel down";
    byte[] key = Hkdf.derive(salt, secret.bytes(), info, KEY_BYTES);
    return secret.isSealed()
        ? new SealedRecords(key, secret.keyBits() / 8)
        : new CheckedRecords(key);
  }

  private static byte[] joinMac(TunnelSecret secret, byte[] join) {
    return key(secret).tag(unsigned(join));
  }

  private static byte[] acceptMac(TunnelSecret secret, byte[] join, byte[] accept) {
    return key(secret).tag(join, unsigned(accept));
  }

  private static Hmac key(TunnelSecret secret) {
    return new Hmac(Hkdf.derive(secret.bytes(), "mptunnel join", KEY_BYTES));
  }

  private static byte[] unsigned(byte[] message) {
    return Arrays.copyOf(message, message.length - Join.MAC_BYTES);
  }

  private static void sign(byte[] mac, byte[] message) {
    System.arraycopy(mac, 0, message, message.length - Join.MAC_BYTES, Join.MAC_BYTES);
  }

  private static boolean isSigned(byte[] mac, byte[] message) {
    int at = message.length - Join.MAC_BYTES;
    return Hmac.equal(mac, ByteBuffer.wrap(message), at, Join.MAC_BYTES);
  }
}

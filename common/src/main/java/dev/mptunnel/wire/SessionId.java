package dev.mptunnel.wire;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Makes and checks session ids: 40 random bits, then the first 24 bits of their HMAC-SHA-256, so
 * that strays and most garbage are told from a session's packets by the id alone.
 *
 * <p>In plain mode the key is well known, and the check stops accidents only; in sealed mode only
 * those have it who know the server's public key.
 */
public final class SessionId {

  private static final int CHECK_BITS = 24;

  private final Mac mac;

  /** Ids made and checked with this key. */
  public SessionId(byte[] key) {
    try {
      mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  /** A new id. */
  public long create(RandomGenerator random) {
    long random40 = random.nextLong() >>> CHECK_BITS;
    return random40 << CHECK_BITS | check(random40);
  }

  /** Whether this id was made with our key. */
  public boolean isValid(long id) {
    return (id & (1 << CHECK_BITS) - 1) == check(id >>> CHECK_BITS);
  }

  private int check(long random40) {
    byte[] hash = mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(random40).array());
    return ByteBuffer.wrap(hash).getInt() >>> (Integer.SIZE - CHECK_BITS);
  }
}

package dev.mptunnel.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Who may use a proxy. Shows nothing of the password.
 *
 * @param password not shown, and compared in a time that tells nothing of it
 */
public record ProxyUser(String name, String password) {

  /** RFC 1929 has a byte for the length of each. */
  static final int MAX_BYTES = 255;

  /** Whether these are the name and the password. */
  public boolean is(String otherName, String otherPassword) {
    // Both in any case, so that the time does not tell whether the name was right.
    boolean isName = equal(name, otherName);
    boolean isPassword = equal(password, otherPassword);
    return isName && isPassword;
  }

  private static boolean equal(String a, String b) {
    return MessageDigest.isEqual(digest(a), digest(b));
  }

  /** Of the same length whatever it is of. */
  private static byte[] digest(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  @Override
  public String toString() {
    return "user " + name;
  }
}

package dev.mptunnel.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What a target is called, on the wire and by users. */
public final class TargetName {

  /** The longest name. */
  public static final int MAX_BYTES = 32;

  /** Stands for the target that has no name, where names are listed; no other may be called so. */
  public static final String FIXED = "fixed";

  /** What a name may be, as it follows the word "expected". */
  public static final String EXPECTED = "1 to 32 of a-z, 0-9, '-' and '_'";

  private TargetName() {}

  /** Whether a target may be called so; {@link #FIXED}, which none may be, has the form too. */
  public static boolean isName(String text) {
    return !text.isEmpty()
        && text.length() <= MAX_BYTES
        && text.chars().allMatch(TargetName::mayStand);
  }

  private static boolean mayStand(int c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  }

  /**
   * Takes all bytes up to the limit; null if they are neither a name nor meant as a {@link
   * Destination}. Whether that is one is for whoever dials it to say, and to refuse.
   */
  static String read(ByteBuffer bytes) {
    if (bytes.remaining() > Destination.MAX_BYTES) {
      return null;
    }
    byte[] name = new byte[bytes.remaining()];
    bytes.get(name);
    String text = new String(name, StandardCharsets.US_ASCII);
    return isName(text) || Destination.isWritten(text) ? text : null;
  }

  /** Appends a name, or a destination as it is written. */
  static void put(ByteBuffer packet, String name) {
    for (int i = 0; i < name.length(); i++) {
      packet.put((byte) name.charAt(i));
    }
  }
}

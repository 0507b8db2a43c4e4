package dev.mptunnel.secret;

/** Base32 (RFC 4648, section 6) in lower case and without padding. */
final class Base32 {

  private static final String DIGITS = "abcdefghijklmnopqrstuvwxyz234567";
  private static final int BITS = 5;

  private Base32() {}

  /** How many digits stand for so many bytes. */
  static int length(int bytes) {
    return (bytes * Byte.SIZE + BITS - 1) / BITS;
  }

  static boolean isDigit(int c) {
    return DIGITS.indexOf(c) >= 0;
  }

  static String encode(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    int bits = 0;
    int held = 0;
    for (byte b : bytes) {
      bits = bits << Byte.SIZE | (b & 0xFF);
      for (held += Byte.SIZE; held >= BITS; held -= BITS) {
        text.append(DIGITS.charAt(bits >>> (held - BITS) & 31));
      }
    }
    if (held > 0) {
      text.append(DIGITS.charAt(bits << (BITS - held) & 31));
    }
    return text.toString();
  }

  /** The bytes, or null where this is not the one text that stands for so many bytes. */
  static byte[] decode(String text, int byteCount) {
    if (text.length() != length(byteCount)) {
      return null;
    }
    byte[] bytes = new byte[byteCount];
    int bits = 0;
    int held = 0;
    int at = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = DIGITS.indexOf(text.charAt(i));
      if (digit < 0) {
        return null;
      }
      bits = bits << BITS | digit;
      held += BITS;
      if (held >= Byte.SIZE) {
        held -= Byte.SIZE;
        bytes[at++] = (byte) (bits >>> held);
      }
    }
    // The last digit may hold bits that belong to no byte.
    return (bits & (1 << held) - 1) == 0 ? bytes : null;
  }
}

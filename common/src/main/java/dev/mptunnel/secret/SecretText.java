package dev.mptunnel.secret;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.regex.Pattern;

/**
 * The text of a secret: {@code PREFIX-}, then body and check sum in base32. The check sum is the
 * first 5 bytes of SHA-256 over prefix and body. Case, dashes and blanks are ignored on reading.
 */
public final class SecretText {

  private static final int CHECK_BYTES = 5;
  private static final int GROUP = 5;

  /** The prefix mistyped, or lost with the rest in the groups that keygen prints. */
  private static final Pattern ALMOST =
      Pattern.compile(
          "mp[st][a-z0-9]?-.*"
              + "|mp[a-z0-9]{1,2}-[a-z0-9 -]{20,}"
              + "|[a-z0-9]{1,5}-([a-z0-9]{5}-){5,}[a-z0-9]{1,5}"
              + "|([a-z0-9]{1,4}-)?(?=.*[0-9])[a-z0-9]{40,}",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private static final Pattern INSIDE_OTHER_TEXT =
      Pattern.compile("(mp[st][0-9il])[-\\s]*[a-z0-9][a-z0-9-]{7,}", Pattern.CASE_INSENSITIVE);

  private SecretText() {}

  /** Someone else's text with everything left out that seems to be a secret of this form. */
  public static String hidden(String text) {
    return INSIDE_OTHER_TEXT.matcher(text).replaceAll("$1-...");
  }

  static String encode(String prefix, byte[] body) {
    byte[] all = Arrays.copyOf(body, body.length + CHECK_BYTES);
    System.arraycopy(check(prefix, body), 0, all, body.length, CHECK_BYTES);
    return prefix + "-" + Base32.encode(all);
  }

  /** The same text with dashes in it, so that it can be read out and typed. */
  static String grouped(String text) {
    int body = text.indexOf('-') + 1;
    return text.substring(0, body)
        + text.substring(body).replaceAll("(.{" + GROUP + "})(?=.)", "$1-");
  }

  static boolean startsWith(String prefix, String text) {
    return packed(text).startsWith(prefix);
  }

  /** Whether somebody must have meant a secret of this form, though it has no known prefix. */
  static boolean looksLikeOne(String text) {
    return ALMOST.matcher(text).matches();
  }

  /**
   * The body of a text that starts with the prefix.
   *
   * @throws SecretException saying what seems to be mistyped
   */
  static byte[] decode(String prefix, int bodyBytes, String text) throws SecretException {
    checkCharacters(prefix, text);
    String digits = packed(text).substring(prefix.length());
    int expected = Base32.length(bodyBytes + CHECK_BYTES);
    if (digits.length() != expected) {
      throw new SecretException(
          "the secret has %d characters behind %s-, not counting dashes; expected %d"
              .formatted(digits.length(), prefix, expected));
    }
    byte[] all = Base32.decode(digits, bodyBytes + CHECK_BYTES);
    byte[] body = all == null ? new byte[0] : Arrays.copyOf(all, bodyBytes);
    if (all == null
        || !Arrays.equals(check(prefix, body), Arrays.copyOfRange(all, bodyBytes, all.length))) {
      throw new SecretException(
          "the secret's check sum does not match: a character is wrong or missing;"
              + " expected the secret as mpserver printed it");
    }
    return body;
  }

  private static void checkCharacters(String prefix, String text) throws SecretException {
    int[] characters = text.codePoints().toArray();
    int behindPrefix = -prefix.length();
    for (int i = 0; i < characters.length; i++) {
      int c = characters[i];
      if (isIgnored(c) || behindPrefix++ < 0 || Base32.isDigit(lowerCase(c))) {
        continue;
      }
      String shown = c > ' ' && c < 0x7F ? "'" + (char) c + "'" : "U+%04X".formatted(c);
      throw new SecretException(
          "character %d of the secret is %s; expected letters, 2 to 7 and dashes"
              .formatted(i + 1, shown));
    }
  }

  private static String packed(String text) {
    StringBuilder packed = new StringBuilder();
    text.codePoints().filter(c -> !isIgnored(c)).forEach(c -> packed.appendCodePoint(lowerCase(c)));
    return packed.toString();
  }

  /** Also the dashes that a word processor makes of ours. */
  private static boolean isIgnored(int c) {
    return Character.isWhitespace(c)
        || Character.isSpaceChar(c)
        || Character.getType(c) == Character.DASH_PUNCTUATION;
  }

  private static int lowerCase(int c) {
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
  }

  private static byte[] check(String prefix, byte[] body) {
    try {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      sha256.update(prefix.getBytes(StandardCharsets.US_ASCII));
      return Arrays.copyOf(sha256.digest(body), CHECK_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JVM has no SHA-256", e);
    }
  }
}

package dev.mptunnel.secret;

import dev.mptunnel.access.AccessException;
import dev.mptunnel.access.AccessRule;
import dev.mptunnel.access.AccessRules;
import dev.mptunnel.crypto.Client;
import dev.mptunnel.crypto.Curve25519;
import dev.mptunnel.wire.TargetName;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One who was invited, as a line of the clients file: name, day of the invitation, day on which it
 * was revoked or {@code -}, public key, psk, and, unless the client may use all, the targets that
 * it may use; and then, perhaps, {@code allow=} and {@code deny=} with rules of what it may have
 * the server dial.
 *
 * @param since the day of the invitation
 * @param revoked the day on which it was revoked, or null
 * @param publicKey {@link Curve25519#KEY_BYTES} bytes
 * @param psk 32 bytes
 * @param targets as {@link Client#targets}, in the order written
 * @param access as {@link Client#access}
 */
public record ClientEntry(
    String name,
    LocalDate since,
    LocalDate revoked,
    byte[] publicKey,
    byte[] psk,
    List<String> targets,
    AccessRules access) {

  /** What a name may be, as it follows the word "expected". */
  public static final String NAME_EXPECTED =
      "1 to 32 of A-Z, a-z, 0-9, '.', '_' and '-', beginning with a letter or digit";

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,31}");
  private static final String NOT_REVOKED = "-";
  private static final int MIN_FIELDS = 5;
  private static final String ALLOW = "allow=";
  private static final String DENY = "deny=";
  private static final int FINGERPRINT_CHARACTERS = 10;

  public ClientEntry {
    targets = List.copyOf(targets);
  }

  /** Whether a client may be called so. */
  public static boolean isName(String name) {
    return NAME.matcher(name).matches();
  }

  /** The fields of the line must be known to be there. Shows nothing of what it refuses. */
  static ClientEntry parse(String line) throws SecretException {
    String[] fields = line.split("[ \t]+");
    List<String> behind =
        List.of(fields).subList(Math.min(MIN_FIELDS, fields.length), fields.length);
    boolean hasTargets = !behind.isEmpty() && !isRules(behind.getFirst());
    List<String> rules = hasTargets ? behind.subList(1, behind.size()) : behind;
    if (fields.length < MIN_FIELDS || !rules.stream().allMatch(ClientEntry::isRules)) {
      throw new SecretException(
          "there are "
              + fields.length
              + " fields; expected name, since, revoked, key, psk, and targets or nothing, and"
              + " allow=RULES, deny=RULES or nothing");
    }
    if (!isName(fields[0])) {
      throw new SecretException("the name is refused; expected " + NAME_EXPECTED);
    }
    return new ClientEntry(
        fields[0],
        date("since", fields[1]),
        fields[2].equals(NOT_REVOKED) ? null : date("revoked", fields[2]),
        key("key", fields[3], Curve25519.KEY_BYTES),
        key("psk", fields[4], SharedSeed.PSK_BYTES),
        hasTargets ? targets(behind.getFirst()) : List.of(),
        new AccessRules(rules(ALLOW, rules), rules(DENY, rules)));
  }

  private static boolean isRules(String field) {
    return field.startsWith(ALLOW) || field.startsWith(DENY);
  }

  private static List<AccessRule> rules(String key, List<String> fields) throws SecretException {
    List<AccessRule> rules = new ArrayList<>();
    for (String field : fields) {
      if (field.startsWith(key)) {
        for (String rule : field.substring(key.length()).split(",", -1)) {
          try {
            rules.add(AccessRule.parse(rule));
          } catch (AccessException e) {
            throw new SecretException("a rule of " + key + " is refused: " + e.getMessage());
          }
        }
      }
    }
    return rules;
  }

  private static List<String> targets(String text) throws SecretException {
    List<String> targets = List.of(text.split(",", -1));
    if (!targets.stream().allMatch(TargetName::isName)) {
      throw new SecretException(
          "the field targets is refused; expected names between commas, each "
              + TargetName.EXPECTED);
    }
    return targets;
  }

  private static LocalDate date(String field, String text) throws SecretException {
    try {
      return LocalDate.parse(text);
    } catch (DateTimeParseException e) {
      throw new SecretException(
          "the field " + field + " is no day; expected one such as 2026-03-31");
    }
  }

  private static byte[] key(String field, String text, int bytes) throws SecretException {
    byte[] key = Base32.decode(text, bytes);
    if (key == null) {
      throw new SecretException(
          "the field " + field + " cannot be read; expected it as 'mpserver invite' wrote it");
    }
    return key;
  }

  String line() {
    String line =
        String.join(
            " ",
            name,
            since.toString(),
            revoked == null ? NOT_REVOKED : revoked.toString(),
            Base32.encode(publicKey),
            Base32.encode(psk));
    return line + (targets.isEmpty() ? "" : " " + String.join(",", targets)) + rules();
  }

  /** The fields of the line that are rules, each with a blank before it. */
  public String rules() {
    return text(ALLOW, access.allow()) + text(DENY, access.deny());
  }

  private static String text(String key, List<AccessRule> rules) {
    return rules.isEmpty()
        ? ""
        : " " + key + rules.stream().map(AccessRule::toString).collect(Collectors.joining(","));
  }

  /** How the public key begins in the clients file. */
  public String fingerprint() {
    return Base32.encode(publicKey).substring(0, FINGERPRINT_CHARACTERS);
  }

  public boolean isRevoked() {
    return revoked != null;
  }

  ClientEntry revokedOn(LocalDate day) {
    return new ClientEntry(name, since, day, publicKey, psk, targets, access);
  }

  Client client() {
    return new Client(name, publicKey, psk, isRevoked(), Set.copyOf(targets), access);
  }

  @Override
  public String toString() {
    return name + " (" + fingerprint() + ")";
  }
}

package dev.mptunnel.secret;

import dev.mptunnel.access.AccessRules;
import dev.mptunnel.crypto.Client;
import dev.mptunnel.crypto.ClientDirectory;
import dev.mptunnel.crypto.ClientKeys;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * All who were invited, as the clients file tells. What is made is not changed any more, so that
 * every thread may ask it.
 */
public final class Clients implements ClientDirectory {

  static final int MAX_CLIENTS = 10_000;
  static final int MAX_LINE_CHARACTERS = 4_096;

  private static final String HEADER =
      """
      # Who was invited. Change it with 'mpserver invite NAME' and 'mpserver revoke NAME': a running
      # server notices.
      # Behind psk may stand, between commas, the targets that the client may use, 'fixed' being the
      # one without a name: these may be changed here. Where none stand, it may use all.
      # Behind these may stand allow=RULE,RULE and deny=RULE: what it may have the server dial.
      # name since revoked key psk targets allow= deny=
      """;

  /**
   * A line of the file.
   *
   * @param text as it stands there: what a user wrote between the clients is kept
   * @param entry the client in it, or null
   */
  private record Line(String text, ClientEntry entry) {

    static Line of(ClientEntry entry) {
      return new Line(entry.line(), entry);
    }
  }

  private final List<Line> lines = new ArrayList<>();
  private final Map<ByteBuffer, Client> byKey = new HashMap<>();

  /** Of each name that is not revoked, where it stands in {@link #lines}. */
  private final Map<String, Integer> active = new HashMap<>();

  private Clients() {}

  /**
   * Reads the text of a file.
   *
   * @param name how messages name it
   */
  static Clients parse(String name, byte[] content) throws SecretException {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
    } catch (CharacterCodingException e) {
      throw new SecretException(name + ": is not UTF-8; expected a clients file");
    }
    Clients clients = new Clients();
    for (String line : text.isEmpty() ? HEADER.lines().toList() : text.lines().toList()) {
      try {
        clients.add(line);
      } catch (SecretException e) {
        throw new SecretException(name + ":" + (clients.lines.size() + 1) + ": " + e.getMessage());
      }
    }
    return clients;
  }

  private void add(String text) throws SecretException {
    if (text.length() > MAX_LINE_CHARACTERS) {
      throw new SecretException(
          "the line is too long; expected at most " + MAX_LINE_CHARACTERS + " characters");
    }
    String stripped = text.strip();
    if (stripped.isEmpty() || stripped.startsWith("#")) {
      lines.add(new Line(text, null));
    } else {
      add(new Line(text, ClientEntry.parse(stripped)));
    }
  }

  private void add(Line line) throws SecretException {
    ClientEntry entry = line.entry;
    ByteBuffer key = ByteBuffer.wrap(entry.publicKey());
    if (byKey.size() == MAX_CLIENTS) {
      throw new SecretException("one client too many; expected at most " + MAX_CLIENTS);
    }
    if (byKey.containsKey(key)) {
      throw new SecretException("this key stands in a line above; expected it once");
    }
    if (!entry.isRevoked() && active.containsKey(entry.name())) {
      throw new SecretException(
          "%s stands in line %d, which is not revoked; expected the name once"
              .formatted(entry.name(), active.get(entry.name()) + 1));
    }
    if (!entry.isRevoked()) {
      active.put(entry.name(), lines.size());
    }
    byKey.put(key, entry.client());
    lines.add(line);
  }

  /** The file's text, each line ended. */
  String text() {
    StringBuilder text = new StringBuilder();
    lines.forEach(line -> text.append(line.text).append('\n'));
    return text.toString();
  }

  @Override
  public Client find(byte[] publicKey) {
    return byKey.get(ByteBuffer.wrap(publicKey));
  }

  /** All of them in the file's order, the revoked as well. */
  public List<ClientEntry> entries() {
    return lines.stream().map(Line::entry).filter(Objects::nonNull).toList();
  }

  /** The names that are not revoked, in the file's order. */
  public List<String> names() {
    return entries().stream()
        .filter(Predicate.not(ClientEntry::isRevoked))
        .map(ClientEntry::name)
        .toList();
  }

  /**
   * These and one more. A name that was revoked may come again, with new keys.
   *
   * @param targets as {@link ClientEntry#targets}
   * @param access as {@link ClientEntry#access}
   * @throws SecretException where the name is not revoked, or there are too many
   */
  public Clients invite(
      String name, ClientKeys keys, LocalDate today, List<String> targets, AccessRules access)
      throws SecretException {
    Integer index = active.get(name);
    if (index != null) {
      throw new SecretException(
          "%s was invited on %s already; to make new keys, revoke %s first"
              .formatted(name, lines.get(index).entry.since(), name));
    }
    Clients more = with(lines);
    more.add(
        Line.of(
            new ClientEntry(
                name, today, null, keys.own().publicKey(), keys.psk(), targets, access)));
    return more;
  }

  /**
   * These, and one who may no longer come.
   *
   * @param name one of {@link #names}
   */
  public Clients revoke(String name, LocalDate today) throws SecretException {
    List<Line> changed = new ArrayList<>(lines);
    int index = active.get(name);
    changed.set(index, Line.of(lines.get(index).entry.revokedOn(today)));
    return with(changed);
  }

  private static Clients with(List<Line> lines) throws SecretException {
    Clients clients = new Clients();
    for (Line line : lines) {
      if (line.entry == null) {
        clients.lines.add(line);
      } else {
        clients.add(line);
      }
    }
    return clients;
  }
}

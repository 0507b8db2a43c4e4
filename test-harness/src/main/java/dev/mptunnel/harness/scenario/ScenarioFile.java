package dev.mptunnel.harness.scenario;

import dev.mptunnel.harness.lab.Direction;
import dev.mptunnel.harness.link.LinkProperties;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a scenario. Blank lines and what follows {@code #} mean nothing; the others are
 *
 * <pre>
 * line 1 delay=10ms loss=10% rate=50mbit   a line, from 1; again with up or down for one direction
 * passenger voice                          voice, game, openvpn or wireguard; each once
 * lasts 30s                                how long they use the tunnel, 1s to 3600s
 * at 10s line 2 mtu=1280                   what happens then, in the order of time: see LineAction
 * </pre>
 */
public final class ScenarioFile {

  private static final Pattern TIME = Pattern.compile("([0-9]{1,7})(ms|s)");
  private static final Duration MIN_LENGTH = Duration.ofSeconds(1);
  private static final Duration MAX_LENGTH = Duration.ofHours(1);
  private static final Duration DEFAULT_LENGTH = Duration.ofSeconds(30);

  private final List<Map<Direction, LinkProperties>> lines = new ArrayList<>();
  private final List<LineAction> setUp = new ArrayList<>();
  private final List<PassengerKind> passengers = new ArrayList<>();
  private final List<Scenario.Event> timeline = new ArrayList<>();
  private Duration length = DEFAULT_LENGTH;

  private ScenarioFile() {}

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException naming file and line, what is wrong and what was expected
   */
  static Scenario read(Path file) throws IOException {
    try {
      return parse(file.toString(), Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException(file + ": there is no such file", e);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(file + ": expected UTF-8 text", e);
    }
  }

  /**
   * Reads the text of a file.
   *
   * @param name what errors call it
   * @throws IllegalArgumentException as from {@link #read}
   */
  public static Scenario parse(String name, String text) {
    ScenarioFile file = new ScenarioFile();
    int number = 0;
    for (String line : text.lines().toList()) {
      number++;
      String meant = line.replaceFirst("#.*", "").strip();
      try {
        if (!meant.isEmpty()) {
          file.take(meant);
        }
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(name + ":" + number + ": " + e.getMessage(), e);
      }
    }
    try {
      return file.finish();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(name + ": " + e.getMessage(), e);
    }
  }

  private void take(String line) {
    String[] words = line.split("\\s+", 3);
    switch (words[0]) {
      case "line" -> takeLine(LineAction.parse(line));
      case "at" -> takeEvent(words);
      case "passenger" -> takePassenger(line.substring("passenger".length()).strip());
      case "lasts" -> length = time(line.substring("lasts".length()).strip());
      default ->
          throw new IllegalArgumentException(
              "\"" + words[0] + "\": expected line, passenger, lasts or at");
    }
  }

  private void takeLine(LineAction action) {
    if (!timeline.isEmpty() || action.what() != LineAction.What.CHANGE) {
      throw new IllegalArgumentException("expected 'at TIME' before what happens to a line");
    }
    if (action.number() == lines.size() + 1) {
      Map<Direction, LinkProperties> perfect = new EnumMap<>(Direction.class);
      for (Direction direction : Direction.values()) {
        perfect.put(direction, LinkProperties.PERFECT);
      }
      lines.add(perfect);
    }
    apply(action);
    setUp.add(action);
  }

  private void takeEvent(String[] words) {
    if (words.length < 3) {
      throw new IllegalArgumentException("expected at TIME line NUMBER and what happens to it");
    }
    Duration at = time(words[1]);
    if (!timeline.isEmpty() && at.compareTo(timeline.getLast().at()) < 0) {
      throw new IllegalArgumentException(
          "\"" + words[1] + "\": expected a time that is not before the one above");
    }
    LineAction action = LineAction.parse(words[2]);
    apply(action);
    timeline.add(new Scenario.Event(at, action));
  }

  /** Whether it can be done shows when it is done to properties, long before it is to a line. */
  private void apply(LineAction action) {
    if (action.number() > lines.size()) {
      throw new IllegalArgumentException(
          "line " + action.number() + ": expected at most " + (lines.size() + 1) + " here");
    }
    Map<Direction, LinkProperties> line = lines.get(action.number() - 1);
    for (Direction direction : action.directions()) {
      LinkProperties changed = action.changed(line.get(direction));
      int leader = changed.withLine();
      if (leader >= action.number()
          || (leader > 0 && lines.get(leader - 1).get(direction).withLine() > 0)) {
        throw new IllegalArgumentException(
            "\"with=" + leader + "\": expected a line with a lower number and losses of its own");
      }
      line.put(direction, changed);
    }
  }

  private void takePassenger(String word) {
    for (PassengerKind kind : PassengerKind.values()) {
      if (kind.name().toLowerCase(Locale.ROOT).equals(word) && !passengers.contains(kind)) {
        passengers.add(kind);
        return;
      }
    }
    throw new IllegalArgumentException(
        "\"" + word + "\": expected voice, game, openvpn or wireguard, each once");
  }

  private static Duration time(String word) {
    Matcher matcher = TIME.matcher(word);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("\"" + word + "\": expected a time such as 10s or 1500ms");
    }
    long count = Long.parseLong(matcher.group(1));
    return matcher.group(2).equals("s") ? Duration.ofSeconds(count) : Duration.ofMillis(count);
  }

  private Scenario finish() {
    if (lines.isEmpty()) {
      throw new IllegalArgumentException("expected a line such as: line 1 delay=30ms");
    }
    if (length.compareTo(MIN_LENGTH) < 0 || length.compareTo(MAX_LENGTH) > 0) {
      throw new IllegalArgumentException("lasts: expected 1s to 3600s");
    }
    if (!timeline.isEmpty() && timeline.getLast().at().compareTo(length) > 0) {
      throw new IllegalArgumentException(
          "the last 'at' is after the end; expected at most " + length.toMillis() + "ms");
    }
    Scenario scenario = new Scenario(lines.size(), setUp, passengers, length, timeline);
    scenario.conditions(); // which limits the number of lines
    return scenario;
  }
}

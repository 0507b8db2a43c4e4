package dev.mptunnel.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The words of a command line, sorted into options and operands but not yet understood. They are
 * sorted as picocli would, by whose model the help and the manual are made; but it takes longer to
 * load than the rest of a program to start.
 */
final class CommandArguments {

  private static final String END_OF_OPTIONS = "--";

  private final SettingSet known;

  /**
   * Options that take a value, and those that take none: each by all its names, as its long one.
   */
  private final Map<String, String> valued = new LinkedHashMap<>();

  private final Map<String, String> flags = new LinkedHashMap<>();

  private final List<Setting<?>> settings = new ArrayList<>();
  private final Map<String, List<String>> values = new LinkedHashMap<>();
  private final Set<String> given = new HashSet<>();
  private final List<String> operands = new ArrayList<>();

  /** The first word that looks like an option and is none; null if there is none. */
  private String unknown;

  private CommandArguments(SettingSet known) {
    this.known = known;
  }

  /**
   * Sorts words.
   *
   * @param known the settings that are options
   * @param runs whether there is a log to be verbose in
   */
  static CommandArguments parse(SettingSet known, boolean runs, String... words)
      throws ConfigException {
    CommandArguments arguments = new CommandArguments(known);
    arguments.know(runs, words);
    arguments.sort(words);
    if (arguments.unknown != null && !arguments.isHelpAsked() && !arguments.isVersionAsked()) {
      throw arguments.unknown();
    }
    return arguments;
  }

  private void know(boolean runs, String... words) {
    for (Setting<?> member : members(words)) {
      settings.add(member);
      valued.put(member.option(), member.option());
    }
    for (Setting<?> setting : known.all()) {
      settings.add(setting);
      if (!setting.isFamily()) {
        valued.put(setting.option(), setting.option());
      }
    }
    if (!known.all().isEmpty()) {
      valued.put(CommandSpecs.FILE, CommandSpecs.FILE);
      valued.put("-c", CommandSpecs.FILE);
    }
    if (runs) {
      flags.put(CommandSpecs.VERBOSE, CommandSpecs.VERBOSE);
      flags.put("-v", CommandSpecs.VERBOSE);
    }
    flags.put(CommandSpecs.HELP, CommandSpecs.HELP);
    flags.put("-h", CommandSpecs.HELP);
    flags.put(CommandSpecs.VERSION, CommandSpecs.VERSION);
    flags.put("-V", CommandSpecs.VERSION);
  }

  /** The settings of families that the words name, each once. */
  private List<Setting<?>> members(String... words) {
    Map<String, Setting<?>> members = new LinkedHashMap<>();
    for (String word : words) {
      String name = word.startsWith("--") ? beforeEquals(word).substring(2) : "";
      Setting<?> setting = known.find(name);
      if (setting != null && !known.hasOfItsOwn(name)) {
        members.put(name, setting);
      }
    }
    return new ArrayList<>(members.values());
  }

  private static String beforeEquals(String word) {
    int equals = word.indexOf('=');
    return equals < 0 ? word : word.substring(0, equals);
  }

  private void sort(String... words) throws ConfigException {
    int next = 0;
    while (next < words.length) {
      String word = words[next++];
      if (word.equals(END_OF_OPTIONS)) {
        operands.addAll(List.of(words).subList(next, words.length));
        return;
      }
      if (!word.startsWith("-") || word.length() == 1) {
        operands.add(word);
      } else if (word.startsWith("--")) {
        next = option(beforeEquals(word), afterEquals(word), word, next, words);
      } else {
        next = letters(word, next, words);
      }
    }
  }

  /** What stands behind the equals sign; null where there is none. */
  private static String afterEquals(String word) {
    int equals = word.indexOf('=');
    return equals < 0 ? null : word.substring(equals + 1);
  }

  /**
   * Takes an option.
   *
   * @param value that was given with it, or null
   * @param word as it stands there
   * @return the number of the word that is next
   */
  private int option(String name, String value, String word, int next, String... words)
      throws ConfigException {
    String flag = flags.get(name);
    if (flag != null && value != null) {
      throw new ConfigException(
          "option '%s' should be specified without '%s' parameter; expected it alone"
              .formatted(flag, Excerpt.unquoted(value)));
    }
    if (flag != null) {
      given.add(flag);
      return next;
    }
    String option = valued.get(name);
    if (option == null) {
      unknown = unknown == null ? word : unknown;
      return next;
    }
    if (value == null && (next == words.length || isOption(words[next]))) {
      throw missing(option);
    }
    values.computeIfAbsent(option, _ -> new ArrayList<>()).add(value != null ? value : words[next]);
    return value != null ? next : next + 1;
  }

  /** One dash and letters, each an option; behind one that takes a value may stand the value. */
  private int letters(String word, int next, String... words) throws ConfigException {
    for (int i = 1; i < word.length(); i++) {
      String name = "-" + word.charAt(i);
      String rest = word.substring(i + 1);
      String value = rest.startsWith("=") ? rest.substring(1) : null;
      if (valued.containsKey(name)) {
        return option(name, value != null || rest.isEmpty() ? value : rest, word, next, words);
      }
      option(name, value, i == 1 ? word : "-" + word.substring(i), next, words);
      if (!flags.containsKey(name)) {
        return next;
      }
    }
    return next;
  }

  /** Whether a word is no value, but an option whose own value may be missing. */
  private boolean isOption(String word) {
    String name = beforeEquals(word);
    String letter = word.length() < 2 ? word : word.substring(0, 2);
    return word.equals(END_OF_OPTIONS)
        || valued.containsKey(name)
        || flags.containsKey(name)
        || valued.containsKey(letter)
        || flags.containsKey(letter);
  }

  private ConfigException unknown() {
    String typed = unknown.split("[=: ]", 2)[0]; // what stands behind may be a secret
    String name = typed.replaceFirst("^-+", "");
    String complaint = known.complaint(name, "--"::concat);
    if (complaint != null) {
      return new ConfigException("option " + Excerpt.of(typed) + " " + complaint);
    }
    List<String> names = names();
    String nearest = known.nearest(name, names);
    String suggestion =
        nearest != null
            ? "did you mean --" + nearest + "?"
            : "expected one of --" + String.join(", --", names);
    return new ConfigException("unknown option " + Excerpt.of(typed) + "; " + suggestion);
  }

  /** All options, as the help lists them, without their dashes. */
  private List<String> names() {
    List<String> names = new ArrayList<>();
    known.all().forEach(setting -> names.add(setting.name()));
    for (Map<String, String> some : List.of(valued, flags)) {
      some.values().stream()
          .map(option -> option.substring(2))
          .filter(name -> !names.contains(name))
          .forEach(names::add);
    }
    return names;
  }

  private ConfigException missing(String option) {
    Setting<?> setting = known.find(option.substring(2));
    String expected = setting == null ? "FILE" : setting.type().expected();
    return new ConfigException("there is no value; expected " + expected).at(option);
  }

  /** The settings that may have been given, with those of families that were. */
  List<Setting<?>> settings() {
    return settings;
  }

  boolean isHelpAsked() {
    return given.contains(CommandSpecs.HELP);
  }

  boolean isVersionAsked() {
    return given.contains(CommandSpecs.VERSION);
  }

  boolean isVerbose() {
    return given.contains(CommandSpecs.VERBOSE);
  }

  /** Everything given for an option, in order. */
  List<String> values(String option) {
    return values.getOrDefault(option, List.of());
  }

  /** What {@code -c} says, or null. */
  String file() throws ConfigException {
    List<String> files = values(CommandSpecs.FILE);
    if (files.size() > 1) {
      throw new ConfigException("given " + files.size() + " times; expected one file")
          .at(CommandSpecs.FILE);
    }
    return files.isEmpty() ? null : files.getFirst();
  }

  /** What is not an option, in order. */
  List<String> operands() {
    return operands;
  }
}

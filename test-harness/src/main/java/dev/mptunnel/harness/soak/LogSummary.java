package dev.mptunnel.harness.soak;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What programs have logged: how many lines of each level, and which ones most often. */
final class LogSummary {

  /** {@code 2026-11-22 03:28:11.123 INFO text}. */
  private static final Pattern LINE =
      Pattern.compile("(?:[\\d-]+ [\\d:.]+ )?(DEBUG|INFO|WARN|ERROR) +(.*)");

  private static final Pattern STACK_TRACE = Pattern.compile("\\s+at [\\w.$/<>]+\\(.*\\)");

  /** What differs between lines that say the same: numbers, and ids of sessions. */
  private static final Pattern NUMBER = Pattern.compile("\\b[0-9a-f]{16}\\b|\\d+");

  /**
   * A line that was logged.
   *
   * @param text its level and its words, with # for each number or id
   */
  record Frequent(String text, long count) {}

  private final Map<String, Long> levels = new TreeMap<>();
  private final Map<String, Long> texts = new TreeMap<>();
  private long stackTraceLines;

  /** Reads all logs of a folder. */
  static LogSummary of(Path folder) throws IOException {
    LogSummary summary = new LogSummary();
    try (DirectoryStream<Path> logs = Files.newDirectoryStream(folder, "*.log")) {
      for (Path log : logs) {
        try (Stream<String> lines = Files.lines(log)) {
          lines.forEach(summary::add);
        }
      }
    }
    return summary;
  }

  /** Takes one line; of others than of the log, such as the tables at the end, no note is taken. */
  void add(String line) {
    Matcher matcher = LINE.matcher(line);
    if (matcher.matches()) {
      levels.merge(matcher.group(1), 1L, Long::sum);
      String text = NUMBER.matcher(matcher.group(2)).replaceAll("#");
      texts.merge(matcher.group(1) + " " + text, 1L, Long::sum);
    } else if (STACK_TRACE.matcher(line).matches()) {
      stackTraceLines++;
    }
  }

  /** How many lines there are of a level, in its word. */
  long lines(String level) {
    return levels.getOrDefault(level, 0L);
  }

  /** Lines of stack traces. */
  long stackTraceLines() {
    return stackTraceLines;
  }

  /** How many lines there are of each level that there is, by its word. */
  Map<String, Long> levels() {
    return Map.copyOf(levels);
  }

  /** The most frequent ones, most first. */
  List<Frequent> mostFrequent(int limit) {
    return texts.entrySet().stream()
        .map(entry -> new Frequent(entry.getKey(), entry.getValue()))
        .sorted(Comparator.comparingLong(Frequent::count).reversed())
        .limit(limit)
        .toList();
  }
}

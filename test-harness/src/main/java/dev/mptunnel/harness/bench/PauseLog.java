package dev.mptunnel.harness.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a JVM's own log says of its pauses: of safepoints, the collector's among them.
 *
 * @param file where it is
 */
record PauseLog(Path file) {

  /** {@code [12.345s] Safepoint "…", …, Total: 123456 ns, Threads: …}. */
  private static final Pattern SAFEPOINT =
      Pattern.compile("\\[(\\d+[.,]\\d+)s\\].*\\bSafepoint \".*\\bTotal: +(\\d+) ns");

  /** {@code [12.345s] GC(1) Pause Young (Allocation Failure) 4M->1M(15M) 1.234ms}. */
  private static final Pattern COLLECTION =
      Pattern.compile("\\[(\\d+[.,]\\d+)s\\].*\\bGC\\(\\d+\\) Pause .* (\\d+[.,]\\d+)ms");

  /** The option that has a JVM write it. */
  String option() {
    return "-Xlog:safepoint,gc:file=" + file + ":uptime";
  }

  /** How much of it there is by now, to leave out what came before. */
  int lines() throws IOException {
    return Files.exists(file) ? Files.readAllLines(file).size() : 0;
  }

  /** The longest pause after so many lines, in nanoseconds; 0 for none. */
  long longestNanos(int after) throws IOException {
    List<String> all = Files.exists(file) ? Files.readAllLines(file) : List.of();
    return all.stream().skip(after).mapToLong(PauseLog::nanos).max().orElse(0);
  }

  /** The pause that a line tells of; 0 for none. */
  static long nanos(String line) {
    Matcher safepoint = SAFEPOINT.matcher(line);
    if (safepoint.find()) {
      return Long.parseLong(safepoint.group(2));
    }
    Matcher collection = COLLECTION.matcher(line);
    if (collection.find()) {
      return Math.round(Double.parseDouble(collection.group(2).replace(',', '.')) * 1e6);
    }
    return 0;
  }
}

package dev.mptunnel.harness.soak;

import java.time.Duration;
import java.util.Locale;

/**
 * One fault.
 *
 * @param number from 1
 * @param path that it strikes, from 1; of no meaning where an end is killed
 * @param words what the path is like meanwhile, as a link's properties; empty where that says
 *     nothing
 * @param length how long it lasts; of what is killed, how long it is away
 */
record Fault(int number, FaultKind kind, int path, String words, Duration length) {

  @Override
  public String toString() {
    String details = words.isEmpty() ? "" : " (" + words + ")";
    return String.format(
        Locale.ROOT,
        "fault %d: %s%s for %.1f s",
        number,
        kind.happened(path),
        details,
        length.toMillis() / 1e3);
  }
}

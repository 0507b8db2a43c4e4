package dev.mptunnel.harness.lab;

import dev.mptunnel.harness.lab.application.Attempt;
import java.util.List;

/**
 * What became of an application's work, done once.
 *
 * @param application its name
 * @param attempts one for each part of the work that counts as one
 * @param lineDied whether a line died meanwhile
 */
record ApplicationRun(
    String application, ApplicationWay way, List<Attempt> attempts, boolean lineDied) {

  ApplicationRun {
    attempts = List.copyOf(attempts);
  }

  /** How many failed. */
  long failures() {
    return attempts.stream().filter(Attempt::hasFailed).count();
  }
}

package dev.mptunnel.harness.scenario;

import dev.mptunnel.harness.lab.Conditions;
import dev.mptunnel.harness.link.LinkProperties;
import java.time.Duration;
import java.util.Collections;
import java.util.List;

/**
 * What is played in the lab. {@link ScenarioFile} reads it.
 *
 * @param lines how many
 * @param setUp what they are like at first
 * @param passengers who uses the tunnel
 * @param length how long they do
 * @param timeline what happens meanwhile, in the order of time
 */
public record Scenario(
    int lines,
    List<LineAction> setUp,
    List<PassengerKind> passengers,
    Duration length,
    List<Event> timeline) {

  public Scenario {
    setUp = List.copyOf(setUp);
    passengers = List.copyOf(passengers);
    timeline = List.copyOf(timeline);
  }

  /**
   * Something happens.
   *
   * @param at after the passengers' start
   */
  public record Event(Duration at, LineAction action) {}

  /** What to bring the hosts up with, before {@link #setUp}. */
  Conditions conditions() {
    return new Conditions(Collections.nCopies(lines, LinkProperties.PERFECT), "cubic");
  }
}

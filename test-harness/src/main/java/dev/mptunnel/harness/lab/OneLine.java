package dev.mptunnel.harness.lab;

import dev.mptunnel.harness.link.LinkProperties;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the first line is made into where the VPN has it to itself, without a tunnel.
 *
 * @param direct for the VPN over one line as it is; empty to leave the line alone
 * @param product for one that loses what all lines lose together
 * @param lossless for one that loses nothing
 */
record OneLine(Optional<LinkProperties> direct, LinkProperties product, LinkProperties lossless) {

  private static final String NO_LOSS = "loss=0% burst=0 with=0 corrupt=0% down=0s+0s";

  /** The first line as it is, {@link Conditions#product}, and the first line without losses. */
  static OneLine of(Conditions conditions) {
    LinkProperties first = conditions.lines().getFirst();
    return new OneLine(Optional.empty(), conditions.product(), first.changed(NO_LOSS));
  }

  /**
   * All three made of the first line with some words changed.
   *
   * @throws IllegalArgumentException naming the word that is wrong
   */
  static OneLine of(Conditions conditions, String words) {
    LinkProperties one = conditions.lines().getFirst().changed(words);
    List<LinkProperties> changed = new ArrayList<>(conditions.lines());
    changed.set(0, one);
    // It must be a line that could stand among the others: it may share the losses of one.
    Conditions possible = new Conditions(changed, conditions.congestionControl());
    LinkProperties direct = possible.lines().getFirst();
    return new OneLine(
        Optional.of(direct), conditions.withProductLoss(direct), direct.changed(NO_LOSS));
  }
}

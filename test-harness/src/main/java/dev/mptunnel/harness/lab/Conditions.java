package dev.mptunnel.harness.lab;

import dev.mptunnel.harness.link.LinkProperties;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/**
 * What the lines are like and how TCP behaves on them.
 *
 * @param lines each one, both directions alike, 1 to 8
 * @param congestionControl TCP's, in the kernel's word
 */
public record Conditions(List<LinkProperties> lines, String congestionControl) {

  /** More would make a single process of the emulator the narrowest part of the lab. */
  static final int MAX_LINES = 8;

  /** As many as a loss in percent may be written with. */
  private static final int LOSS_DECIMALS = 11;

  private static final int ALIKE = 3;

  public Conditions {
    lines = List.copyOf(lines);
    if (lines.isEmpty() || lines.size() > MAX_LINES) {
      throw new IllegalArgumentException(
          lines.size() + " lines: expected 1 to " + MAX_LINES + " of them");
    }
    for (LinkProperties line : lines) {
      int leader = line.withLine();
      if (leader > lines.size() || (leader > 0 && lines.get(leader - 1).withLine() > 0)) {
        throw new IllegalArgumentException(
            "\"with=" + leader + "\": expected a line that has losses of its own");
      }
    }
  }

  /**
   * Three lines that are alike.
   *
   * @param lossPercent loss of each line in each direction, 0 to 100
   * @param rateMbit rate of each line in each direction, Mbit/s of IP
   * @param delayMillis delay of each line in each direction, ms
   * @param queueMillis what a line's queue holds, as time at its rate, ms; the rest is dropped at
   *     its tail
   */
  public Conditions(
      double lossPercent,
      int rateMbit,
      int delayMillis,
      int queueMillis,
      String congestionControl) {
    this(
        Collections.nCopies(ALIKE, line(lossPercent, rateMbit, delayMillis, queueMillis)),
        congestionControl);
  }

  /**
   * The line that no tunnel over these lines can do better than by sending everything over all of
   * them: it loses exactly what all of them lose, independently, which is the product of their
   * losses, and is otherwise the one of them with the smallest delay. One that shares another's
   * losses adds nothing to them.
   */
  public LinkProperties product() {
    return withProductLoss(
        Collections.min(lines, Comparator.comparingLong(LinkProperties::delayNanos)));
  }

  /** A line made to lose exactly what all of these lose. */
  LinkProperties withProductLoss(LinkProperties line) {
    BigDecimal loss =
        lines.stream()
            .filter(each -> each.withLine() == 0)
            .map(each -> BigDecimal.valueOf(each.loss()))
            .reduce(BigDecimal.ONE, BigDecimal::multiply)
            .setScale(LOSS_DECIMALS, RoundingMode.HALF_UP);
    String words = loss.movePointRight(2).toPlainString();
    return line.changed("burst=0 with=0 loss=" + words + "%");
  }

  static LinkProperties line(double lossPercent, int rateMbit, int delayMillis, int queueMillis) {
    if (rateMbit < 1 || queueMillis < 1) {
      throw new IllegalArgumentException("rate and queue must be positive");
    }
    return LinkProperties.parse(
        "loss=%s%% rate=%dmbit delay=%dms queue=%dms"
            .formatted(lossPercent, rateMbit, delayMillis, queueMillis));
  }
}

package dev.mptunnel.core;

import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.AbstractHistogram;
import org.HdrHistogram.HistogramIterationValue;

/**
 * How long round trips took, in microseconds; all 0 where none was measured.
 *
 * @param count how many were measured
 * @param sumMicros of all together
 * @param upTo how many were no longer than each of {@link #BOUNDS_MICROS}
 */
public record RoundTrips(
    long count,
    long sumMicros,
    long p50Micros,
    long p90Micros,
    long p99Micros,
    long maxMicros,
    List<Long> upTo) {

  /** What the counts are of: from a machine room to a satellite. */
  public static final List<Long> BOUNDS_MICROS =
      List.of(
          1_000L,
          2_500L,
          5_000L,
          10_000L,
          25_000L,
          50_000L,
          100_000L,
          250_000L,
          500_000L,
          1_000_000L,
          2_500_000L,
          10_000_000L);

  /** None. */
  public static final RoundTrips NONE =
      new RoundTrips(0, 0, 0, 0, 0, 0, BOUNDS_MICROS.stream().map(_ -> 0L).toList());

  public RoundTrips {
    upTo = List.copyOf(upTo);
  }

  /** What a histogram of microseconds holds, read once from end to end. */
  static RoundTrips of(AbstractHistogram micros, long sumMicros) {
    long count = micros.getTotalCount();
    if (count == 0) {
      return NONE;
    }
    long p50 = 0;
    long p90 = 0;
    long p99 = 0;
    long max = 0;
    long seen = 0;
    List<Long> upTo = new ArrayList<>(BOUNDS_MICROS.size());
    for (HistogramIterationValue bucket : micros.recordedValues()) {
      long value = bucket.getValueIteratedTo();
      while (upTo.size() < BOUNDS_MICROS.size() && value > BOUNDS_MICROS.get(upTo.size())) {
        upTo.add(seen);
      }
      seen += bucket.getCountAddedInThisIterationStep();
      p50 = p50 == 0 && seen * 2 >= count ? value : p50;
      p90 = p90 == 0 && seen * 10 >= count * 9 ? value : p90;
      p99 = p99 == 0 && seen * 100 >= count * 99 ? value : p99;
      max = value;
    }
    while (upTo.size() < BOUNDS_MICROS.size()) {
      upTo.add(seen);
    }
    return new RoundTrips(count, sumMicros, p50, p90, p99, max, upTo);
  }
}

package dev.mptunnel.net;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Tells by an engine's clock when a datagram arrived that the kernel stamped with the time of day.
 *
 * <p>The two clocks run alike but for the moments at which the time of day is set, so their
 * difference is known from looking at both once, as well as that can be, and looking again at each
 * batch tells whether the time of day was set since. Then nothing is made of what was stamped
 * before. No arrival is later than the last look, whatever a stamp says.
 */
final class ArrivalClock {

  /** A stamp that is older tells of another clock, or of a datagram that is late whatever it is. */
  private static final long OLDEST_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final long ROUNDING_NANOS = 1_000;

  private final LongSupplier clock;
  private final LongSupplier timeOfDay;

  // Between these two lies the difference between the clocks.
  private long leastDifference;
  private long mostDifference;

  private long lookedNanos;

  /** What was stamped before may be of before the time of day was set. */
  private long believedFrom;

  /**
   * @param clock the engine's, which never goes back
   */
  ArrivalClock(LongSupplier clock, LongSupplier timeOfDay) {
    this.clock = clock;
    this.timeOfDay = timeOfDay;
    long before = clock.getAsLong();
    long stampedNow = timeOfDay.getAsLong();
    lookedNanos = clock.getAsLong();
    begin(stampedNow, before - stampedNow, lookedNanos - stampedNow);
  }

  private void begin(long stampedNow, long least, long most) {
    believedFrom = stampedNow;
    leastDifference = least;
    mostDifference = most;
  }

  /** Looks at both clocks, when datagrams have been read. */
  void look() {
    long before = clock.getAsLong();
    long stampedNow = timeOfDay.getAsLong();
    lookedNanos = clock.getAsLong();
    long least = before - stampedNow;
    long most = lookedNanos - stampedNow;
    if (mostDifference < least - ROUNDING_NANOS || most < leastDifference - ROUNDING_NANOS) {
      begin(stampedNow, least, most);
    } else {
      leastDifference = Math.max(leastDifference, least);
      mostDifference = Math.min(mostDifference, most);
    }
  }

  /**
   * When a datagram arrived that was read before the last look.
   *
   * @param stampNanos what the kernel says, or 0 if nothing
   * @return by the engine's clock; of the last look where it cannot be told
   */
  long arrivedNanos(long stampNanos) {
    if (stampNanos == 0 || stampNanos < believedFrom) {
      return lookedNanos;
    }
    long difference = leastDifference + (mostDifference - leastDifference) / 2;
    long arrived = stampNanos + difference;
    return arrived > lookedNanos || lookedNanos - arrived > OLDEST_NANOS ? lookedNanos : arrived;
  }
}

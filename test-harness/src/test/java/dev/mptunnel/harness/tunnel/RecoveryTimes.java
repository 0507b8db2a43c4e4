package dev.mptunnel.harness.tunnel;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** How long it took until the first datagram came through each way, after each of some restarts. */
final class RecoveryTimes {

  private final String what;
  private final int roundTripMillis;
  private final List<Long> upNanos = new ArrayList<>();
  private final List<Long> downNanos = new ArrayList<>();

  /**
   * @param what was restarted
   * @param roundTripMillis of the lines, without what the programs add
   */
  RecoveryTimes(String what, int roundTripMillis) {
    this.what = what;
    this.roundTripMillis = roundTripMillis;
  }

  void add(long up, long down) {
    upNanos.add(up);
    downNanos.add(down);
  }

  void print() {
    System.out.printf(
        "%s killed and started %d times, round trip %d ms: first datagram up %s; down %s%n",
        what, upNanos.size(), roundTripMillis, text(upNanos), text(downNanos));
  }

  private String text(List<Long> nanos) {
    List<Long> sorted = nanos.stream().sorted().toList();
    return "p50 " + text(sorted.get((sorted.size() - 1) / 2)) + ", max " + text(sorted.getLast());
  }

  private String text(long nanos) {
    String millis = TimeUnit.NANOSECONDS.toMillis(nanos) + " ms";
    return roundTripMillis == 0
        ? millis
        : millis + String.format(Locale.ROOT, " (%.1f round trips)", nanos / 1e6 / roundTripMillis);
  }
}

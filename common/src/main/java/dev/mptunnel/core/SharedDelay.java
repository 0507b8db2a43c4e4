package dev.mptunnel.core;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

/**
 * Which paths are slow at the same times, as two do whose packets wait in one queue. That the
 * delays of flows are correlated where they share a bottleneck, and are not where they share none,
 * is what Rubenstein, Kurose and Towsley tell them by ("Detecting Shared Congestion of Flows Via
 * End-to-end Measurement", 2002), and RFC 8382 takes for a sign too. Three things would deceive a
 * plain correlation:
 *
 * <ul>
 *   <li>a few long delays, as when this host stalls: ranks are compared (Spearman), not times;
 *   <li>delays that change slowly, of which there are fewer than there are samples: they count for
 *       as many as their autocorrelations leave (Bartlett's formula, cut as by Geyer, 1992);
 *   <li>our own datagrams, which all paths carry at the same time: what follows them is taken out
 *       (partial correlation).
 * </ul>
 */
final class SharedDelay {

  /**
   * A slot is at least so long, and ends with the next round trip of a path that it has one of, or
   * that would rather belong to the next: where PINGs are rare, it has one of each path.
   */
  private static final long SLOT_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** At least a minute, and a little. */
  private static final int SLOTS = 128;

  /** At least 15 s of them. */
  private static final int ENOUGH = 30;

  /** After how long without any it begins anew. */
  private static final long FORGET_NANOS = SLOTS * SLOT_NANOS;

  private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

  /** In units of 50 µs: 1 ms, which no scheduler, and no radio's frame, explains. */
  private static final int LEAST_SPREAD = 20;

  private static final long UNIT_NANOS = 50_000;

  private static final double TOGETHER = 0.6;

  /** Once told, it is not taken back before this. */
  private static final double APART = 0.3;

  /** In standard deviations of what chance makes: once in three million looks. */
  private static final double SURE = 5;

  private static final short NONE = -1;

  /** By path, made when it is first measured; in units, {@link #NONE} where nothing came. */
  private short[][] delays = new short[0][];

  /** Datagrams a minute. */
  private final int[] carried = new int[SLOTS];

  /** When each path was measured last. */
  private long[] lastNanos = new long[0];

  /** The place of the slot that is being filled. */
  private int slot;

  private long slotNanos;
  private long sampledNanos;
  private long carriedBefore;
  private double[][] found = new double[0][0];

  /**
   * A round trip was measured.
   *
   * @param carriedNow datagrams that the session has carried, both ways, since it began
   */
  void sample(long now, int path, long nanos, long carriedNow) {
    if (delays.length == 0 || now < sampledNanos || now - sampledNanos >= FORGET_NANOS) {
      forget();
      slotNanos = now;
      carriedBefore = carriedNow;
    }
    makeRoomFor(path);
    long ageNanos = now - slotNanos;
    boolean isNext = delays[path][slot] != NONE || ageNanos >= (now - lastNanos[path]) / 2;
    if (ageNanos >= SLOT_NANOS && isNext) {
      nextSlot(now, carriedNow);
    }
    lastNanos[path] = now;
    sampledNanos = now;
    int units = (int) Math.min(Short.MAX_VALUE, nanos / UNIT_NANOS);
    short before = delays[path][slot];
    delays[path][slot] = (short) (before == NONE ? units : (before + units) / 2);
  }

  private void forget() {
    delays = new short[0][];
    found = new double[0][0];
  }

  /** The path of this number is no more: another may come to have it. */
  void forget(int path) {
    if (path < delays.length) {
      delays[path] = null;
      lastNanos[path] = 0;
      for (int other = 0; other < found.length; other++) {
        found[path][other] = 0;
        found[other][path] = 0;
      }
    }
  }

  private void nextSlot(long now, long carriedNow) {
    double minutes = (double) (now - slotNanos) / MINUTE_NANOS;
    carried[slot] = (int) (Math.max(0, carriedNow - carriedBefore) / minutes);
    slot = (slot + 1) % SLOTS;
    for (short[] ofPath : delays) {
      if (ofPath != null) {
        ofPath[slot] = NONE;
      }
    }
    slotNanos = now;
    carriedBefore = carriedNow;
  }

  private void makeRoomFor(int path) {
    if (path >= delays.length) {
      delays = Arrays.copyOf(delays, path + 1);
      lastNanos = Arrays.copyOf(lastNanos, path + 1);
      double[][] larger = new double[path + 1][path + 1];
      for (int i = 0; i < found.length; i++) {
        System.arraycopy(found[i], 0, larger[i], 0, found.length);
      }
      found = larger;
    }
    if (delays[path] == null) {
      delays[path] = new short[SLOTS];
      Arrays.fill(delays[path], NONE);
    }
  }

  /** Compares all paths; to be called now and then. What is idle is forgotten. */
  void compare(long now) {
    if (delays.length == 0) {
      return;
    }
    if (now - sampledNanos >= FORGET_NANOS) {
      forget();
      return;
    }
    for (int a = 0; a < delays.length; a++) {
      for (int b = a + 1; b < delays.length; b++) {
        found[a][b] = delays[a] == null || delays[b] == null ? 0 : compare(a, b);
        found[b][a] = found[a][b];
      }
    }
  }

  /** The correlation of two paths' delays, 0 to 1; 0 where nothing says that they share a queue. */
  double correlation(int a, int b) {
    return Math.max(a, b) < found.length ? found[a][b] : 0;
  }

  private double compare(int a, int b) {
    double[] first = new double[SLOTS];
    double[] second = new double[SLOTS];
    double[] own = new double[SLOTS];
    int count = 0;
    for (int back = SLOTS - 1; back > 0; back--) {
      int place = (slot + SLOTS - back) % SLOTS;
      if (delays[a][place] != NONE && delays[b][place] != NONE) {
        first[count] = delays[a][place];
        second[count] = delays[b][place];
        own[count++] = carried[place];
      }
    }
    if (count < ENOUGH) {
      return 0;
    }
    first = Arrays.copyOf(first, count);
    second = Arrays.copyOf(second, count);
    if (spread(first) < LEAST_SPREAD || spread(second) < LEAST_SPREAD) {
      return 0;
    }
    rank(first);
    rank(second);
    double[] load = Arrays.copyOf(own, count);
    rank(load);
    double together = partial(product(first, second), product(first, load), product(second, load));
    if (found[a][b] > 0) {
      return together >= APART ? together : 0;
    }
    return together >= TOGETHER && deviations(first, second, together) >= SURE ? together : 0;
  }

  /** From the tenth to the ninetieth of a hundred. */
  private static double spread(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length * 9 / 10] - sorted[sorted.length / 10];
  }

  /** Puts the place of each value in their order in its place, of mean 0 and length 1. */
  private static void rank(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = middle(sorted, values[i]) - (values.length - 1) / 2.0;
      sum += values[i] * values[i];
    }
    double length = Math.sqrt(sum);
    for (int i = 0; i < values.length && length > 0; i++) {
      values[i] /= length;
    }
  }

  /** Equal ones share the middle of their places. */
  private static double middle(double[] sorted, double value) {
    int at = Arrays.binarySearch(sorted, value);
    int from = at;
    while (from > 0 && sorted[from - 1] == value) {
      from--;
    }
    int to = at;
    while (to < sorted.length - 1 && sorted[to + 1] == value) {
      to++;
    }
    return (from + to) / 2.0;
  }

  private static double product(double[] a, double[] b) {
    return product(a, b, 0);
  }

  private static double product(double[] a, double[] b, int lag) {
    double sum = 0;
    for (int i = lag; i < a.length; i++) {
      sum += a[i] * b[i - lag];
    }
    return sum;
  }

  private static double partial(double ab, double ac, double bc) {
    double left = (1 - ac * ac) * (1 - bc * bc);
    return left < 1e-6 ? 0 : Math.min(1, (ab - ac * bc) / Math.sqrt(left));
  }

  /** How far a correlation is from what chance makes of two that have nothing in common. */
  private static double deviations(double[] a, double[] b, double correlation) {
    double sum = 0;
    for (int lag = 1; lag < a.length / 2; lag++) {
      double both = product(a, a, lag) * product(b, b, lag);
      if (both <= 0) {
        break;
      }
      sum += both;
    }
    double independent = a.length / (1 + 2 * sum);
    double capped = Math.min(correlation, 0.9999);
    return independent <= 4
        ? 0
        : 0.5 * Math.log((1 + capped) / (1 - capped)) * Math.sqrt(independent - 4);
  }
}

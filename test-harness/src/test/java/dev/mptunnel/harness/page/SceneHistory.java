package dev.mptunnel.harness.page;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;

/** An hour that a program might have had, as {@code /api/history} tells it. */
final class SceneHistory {

  private static final int PERIOD_SECONDS = 2;
  private static final int SAMPLES = 1_800;

  private final RandomGenerator random;
  private final List<Long> times = new ArrayList<>();
  private final List<Map<String, Object>> series = new ArrayList<>();

  SceneHistory(Instant now, RandomGenerator random) {
    this.random = random;
    long last = now.getEpochSecond() / PERIOD_SECONDS * PERIOD_SECONDS;
    for (int i = SAMPLES - 1; i >= 0; i--) {
      times.add(last - (long) i * PERIOD_SECONDS);
    }
  }

  /** Forgets all: the program has just started. */
  void clear() {
    times.clear();
    series.clear();
  }

  /** A session's tunnel, which loses little. */
  void tunnel(String session, double bytesPerSecond) {
    Map<String, Object> its = add(session, null, "tunnel");
    loss(its, 0.0004, _ -> true);
    traffic(its, bytesPerSecond, _ -> true);
  }

  /**
   * A path, which was away for a while.
   *
   * @param down whether it is away still
   */
  void path(
      String session,
      int place,
      String name,
      boolean down,
      double loss,
      double rttMillis,
      double bytesPerSecond) {
    int gapFrom = down ? SAMPLES - 95 : random.nextInt(1_350, 1_650);
    int gapTo = down ? SAMPLES : gapFrom + 20;
    IntPredicate there = i -> place == 1 || i < gapFrom || i >= gapTo;
    Map<String, Object> its = add(session, place, name);
    its.put("up", column(i -> there.test(i) ? 1 : 0));
    loss(its, loss, there);
    Walk walk = new Walk(rttMillis, 0.05);
    List<Object> p50 = column(i -> there.test(i) ? Scene.rounded(walk.next()) : null);
    its.put("rttP50Millis", p50);
    its.put("rttP99Millis", column(i -> there.test(i) ? late((double) p50.get(i)) : null));
    traffic(its, bytesPerSecond, there);
  }

  private double late(double p50) {
    return Scene.rounded(p50 * (1.04 + 0.4 * Math.pow(random.nextDouble(), 4)));
  }

  /** A bridge's server. */
  void server(String name, double bytesPerSecond) {
    traffic(add(null, null, name), bytesPerSecond, _ -> true);
  }

  /** There is none of this session. */
  void forget(String session) {
    series.removeIf(one -> session.equals(one.get("session")));
  }

  /** The clock is put back, and what was before is not told any more. */
  void putBack(long seconds) {
    times.replaceAll(time -> time - seconds);
  }

  /** Adds a sample if it is time for one. */
  void grow(Instant now) {
    if (times.isEmpty() || now.getEpochSecond() < times.getLast() + PERIOD_SECONDS) {
      return;
    }
    times.add(times.getLast() + PERIOD_SECONDS);
    for (Map<String, Object> one : series) {
      for (Object column : one.values()) {
        if (column instanceof List<?>) {
          @SuppressWarnings("unchecked")
          List<Object> its = (List<Object>) column;
          its.add(its.get(its.size() - 1 - random.nextInt(5)));
        }
      }
    }
  }

  /** The samples later than that. */
  Map<String, Object> since(long time, String program) {
    boolean isPutBack = !times.isEmpty() && time > times.getLast();
    int from = isPutBack ? 0 : (int) times.stream().filter(each -> each <= time).count();
    List<Object> all = new ArrayList<>();
    for (Map<String, Object> one : series) {
      Map<String, Object> later = new LinkedHashMap<>(one);
      later.replaceAll(
          (_, its) -> its instanceof List<?> column ? column.subList(from, column.size()) : its);
      all.add(later);
    }
    return Scene.map(
        "version", 1,
        "program", program,
        "periodSeconds", PERIOD_SECONDS,
        "times", List.copyOf(times.subList(from, times.size())),
        "series", all);
  }

  private Map<String, Object> add(String session, Integer path, String name) {
    Map<String, Object> one =
        Scene.map("session", session, "client", null, "path", path, "name", name);
    series.add(one);
    return one;
  }

  private void loss(Map<String, Object> one, double mean, IntPredicate there) {
    for (String way : List.of("lossOut", "lossIn")) {
      Walk walk = new Walk(mean, 0.15);
      one.put(way, column(i -> there.test(i) ? shortened(walk.next()) : 1));
    }
  }

  private static double shortened(double share) {
    return Math.round(Math.min(1, share) * 1e4) / 1e4;
  }

  private void traffic(Map<String, Object> one, double bytesPerSecond, IntPredicate there) {
    for (String way : List.of("Out", "In")) {
      Walk walk = new Walk(bytesPerSecond, 0.06);
      List<Object> bytes = column(i -> there.test(i) ? Math.round(walk.next()) : 0L);
      one.put("bytes" + way + "PerSecond", bytes);
      one.put("packets" + way + "PerSecond", column(i -> (long) bytes.get(i) / 1_400.0));
    }
  }

  private static List<Object> column(IntFunction<Object> sample) {
    List<Object> column = new ArrayList<>();
    for (int i = 0; i < SAMPLES; i++) {
      column.add(sample.apply(i));
    }
    return column;
  }

  /** Values that wander around their mean. */
  private final class Walk {
    private final double mean;
    private final double step;
    private double offset;

    Walk(double mean, double step) {
      this.mean = mean;
      this.step = step;
    }

    double next() {
      offset = 0.97 * offset + step * random.nextGaussian();
      return Math.max(0, mean * (1 + offset));
    }
  }
}

package dev.mptunnel.harness.soak;

/**
 * How something changes with time, by least squares.
 *
 * @param perHour of its unit
 * @param standardError of that, of samples that are independent of each other; those of memory are
 *     not, so that it is more in truth
 */
record Slope(double perHour, double standardError) {

  private static final double SECONDS_PER_HOUR = 3_600;

  /** Two are of the line itself; so many say nothing of how far off it is. */
  private static final int MIN_SAMPLES = 3;

  /**
   * The line through samples; NaN where there are too few for one.
   *
   * @param seconds times, not all equal
   * @param values as many
   */
  static Slope of(double[] seconds, double[] values) {
    int count = seconds.length;
    if (count < MIN_SAMPLES) {
      return new Slope(Double.NaN, Double.NaN);
    }
    double meanSeconds = mean(seconds);
    double mean = mean(values);
    double sxx = 0;
    double sxy = 0;
    for (int i = 0; i < count; i++) {
      sxx += (seconds[i] - meanSeconds) * (seconds[i] - meanSeconds);
      sxy += (seconds[i] - meanSeconds) * (values[i] - mean);
    }
    double slope = sxy / sxx;
    double squares = 0;
    for (int i = 0; i < count; i++) {
      double off = values[i] - mean - slope * (seconds[i] - meanSeconds);
      squares += off * off;
    }
    double error = Math.sqrt(squares / (count - 2) / sxx);
    return new Slope(slope * SECONDS_PER_HOUR, error * SECONDS_PER_HOUR);
  }

  private static double mean(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum / values.length;
  }
}

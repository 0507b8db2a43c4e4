package dev.mptunnel.harness.bench;

import org.HdrHistogram.Histogram;

/**
 * What became of a {@link Load}.
 *
 * @param sent datagrams
 * @param arrived how many of them, each counted once: at the sink, or back here where it echoes
 * @param duplicates that came besides
 * @param sendingNanos how long the generator took to send them, which is longer than was wanted
 *     where it did not keep up
 * @param latency from when each was due until its echo came, in nanoseconds: a datagram that had to
 *     wait for the generator or for one before it has waited (coordinated omission). Those that
 *     were lost are not in it.
 * @param lag from when each was due until it was sent, in nanoseconds: the generator's own part
 */
record Outcome(
    long sent, long arrived, long duplicates, long sendingNanos, Histogram latency, Histogram lag) {

  long lost() {
    return sent - arrived;
  }

  double lostShare() {
    return sent == 0 ? 0 : (double) lost() / sent;
  }

  /** Datagrams that arrived for each second of sending. */
  double perSecond() {
    return arrived * 1e9 / sendingNanos;
  }

  /** Whether the generator sent as it should: if not, it was the narrowest part. */
  boolean keptUp(Load load) {
    return load.isSaturating() || sendingNanos <= load.nanos() + load.nanos() / 50 + 20_000_000;
  }

  /** Both as one. */
  Outcome plus(Outcome other) {
    Histogram bothLatencies = latency.copy();
    bothLatencies.add(other.latency);
    Histogram bothLags = lag.copy();
    bothLags.add(other.lag);
    return new Outcome(
        sent + other.sent,
        arrived + other.arrived,
        duplicates + other.duplicates,
        sendingNanos + other.sendingNanos,
        bothLatencies,
        bothLags);
  }
}

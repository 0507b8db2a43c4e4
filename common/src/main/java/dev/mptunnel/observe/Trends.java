package dev.mptunnel.observe;

import dev.mptunnel.core.LossTotals;
import dev.mptunnel.core.RoundTrips;
import java.time.Instant;
import java.util.Map;

/**
 * What is known only by having looked for longer.
 *
 * @param byKey of each path and tunnel
 * @param sharedSince when it was seen first that two paths share a bottleneck
 */
public record Trends(Map<Key, Trend> byKey, Map<Shared, Instant> sharedSince) {

  /** Nothing yet. */
  public static final Trends NONE = new Trends(Map.of(), Map.of());

  public Trends {
    byKey = Map.copyOf(byKey);
    sharedSince = Map.copyOf(sharedSince);
  }

  /**
   * What something is known of.
   *
   * @param session its id, or 0 for a bridge's server
   * @param path its number, or -1 for the session's tunnel
   * @param name what the path or the server is called
   */
  public record Key(long session, int path, String name) {

    static final int TUNNEL = -1;

    static Key tunnel(long session) {
      return new Key(session, TUNNEL, "tunnel");
    }

    static Key server(String name) {
      return new Key(0, TUNNEL, name);
    }
  }

  /** Two paths of a session. */
  public record Shared(long session, int one, int other) {}

  /** What was lost each way. */
  public record Losses(LossTotals out, LossTotals in) {

    static final Losses NONE = new Losses(LossTotals.NONE, LossTotals.NONE);

    Losses plus(Losses other) {
      return new Losses(out.plus(other.out), in.plus(other.in));
    }
  }

  /**
   * What a path or tunnel comes to of late.
   *
   * @param missed since it was looked at first: what its tunnel sent while the path was not up
   */
  public record Trend(Losses minute, Losses tenMinutes, Losses missed, RoundTrips recent) {

    static final Trend NONE = new Trend(Losses.NONE, Losses.NONE, Losses.NONE, RoundTrips.NONE);
  }

  Trend of(Key key) {
    return byKey.getOrDefault(key, Trend.NONE);
  }
}

package dev.mptunnel.core;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** The places themselves. Used by one thread at a time, but for {@link Place#heard}. */
public final class CountedPlaces implements SessionPlaces {

  /** So exactly it is known when a session was heard, which every packet would have to say. */
  private static final long PRECISION_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final int max;
  private final int maxPerClient;
  private long silenceNanos;
  private final Map<String, List<CountedPlace>> byClient = new HashMap<>();
  private int taken;

  private CountedPlaces(EndpointSettings settings) {
    max = settings.maxSessions();
    maxPerClient = settings.maxSessionsPerClient();
    silenceNanos = silenceNanos(settings);
  }

  /** As many places as the settings say. */
  public static CountedPlaces of(EndpointSettings settings) {
    return new CountedPlaces(settings);
  }

  private static long silenceNanos(EndpointSettings settings) {
    return 3 * settings.pingIdleNanos();
  }

  @Override
  public void adjust(EndpointSettings settings) {
    silenceNanos = silenceNanos(settings);
  }

  @Override
  public boolean hasRoom(long now, String client) {
    CountedPlace oldest = longestSilentIfFull(client);
    return oldest == null ? taken < max : now - oldest.heardNanos > silenceNanos;
  }

  @Override
  public Place take(long now, String client, Runnable evict) {
    if (!hasRoom(now, client)) {
      return null;
    }
    CountedPlace evicted = longestSilentIfFull(client);
    if (evicted != null) {
      evicted.giveBack();
      evicted.evict.run();
    }
    CountedPlace place = new CountedPlace(now, client, evict);
    taken++;
    place.join();
    return place;
  }

  /** The client's longest silent session, if it has as many as it may; null otherwise. */
  private CountedPlace longestSilentIfFull(String client) {
    List<CountedPlace> its = client == null ? List.of() : byClient.getOrDefault(client, List.of());
    return its.size() < maxPerClient
        ? null
        : its.stream().min(Comparator.comparingLong(place -> place.heardNanos)).orElseThrow();
  }

  private final class CountedPlace implements Place {

    private final Runnable evict;
    private String client;
    private boolean given = true;

    /** Written by the session's thread, read by whoever looks for a place. */
    private volatile long heardNanos;

    CountedPlace(long now, String client, Runnable evict) {
      heardNanos = now;
      this.client = client;
      this.evict = evict;
    }

    @Override
    public void heard(long now) {
      if (now - heardNanos >= PRECISION_NANOS) {
        heardNanos = now;
      }
    }

    @Override
    public void rename(String name) {
      if (given && !Objects.equals(client, name)) {
        leave();
        client = name;
        join();
      }
    }

    @Override
    public void giveBack() {
      if (given) {
        given = false;
        taken--;
        leave();
      }
    }

    private void join() {
      if (client != null) {
        byClient.computeIfAbsent(client, _ -> new ArrayList<>()).add(this);
      }
    }

    private void leave() {
      List<CountedPlace> its = client == null ? null : byClient.get(client);
      if (its != null && its.remove(this) && its.isEmpty()) {
        byClient.remove(client);
      }
    }
  }
}

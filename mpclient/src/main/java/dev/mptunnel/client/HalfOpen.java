package dev.mptunnel.client;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Those who have connected and have not said yet what they want, or are about to leave: so many, of
 * one host so many, and for so long. Where there are too many, the oldest of the same host goes, or
 * the oldest, so that whoever says at once what he wants is not hindered.
 */
final class HalfOpen<T> {

  private record Place(InetAddress host, long sinceNanos) {}

  private final int most;
  private final int mostOfHost;
  private final long patienceNanos;
  private final Map<T, Place> places = new LinkedHashMap<>();
  private final Map<InetAddress, Integer> hosts = new HashMap<>();

  HalfOpen(int most, int mostOfHost, long patienceNanos) {
    this.most = most;
    this.mostOfHost = mostOfHost;
    this.patienceNanos = patienceNanos;
  }

  /** Takes another one in. @return who goes for it, and is out already, or null */
  T add(long now, T who, InetAddress host) {
    T goes = null;
    if (hosts.getOrDefault(host, 0) >= mostOfHost) {
      goes = oldest(host);
    } else if (places.size() >= most) {
      goes = oldest(null);
    }
    remove(goes);
    places.put(who, new Place(host, now));
    hosts.merge(host, 1, Integer::sum);
    return goes;
  }

  private T oldest(InetAddress host) {
    for (Map.Entry<T, Place> each : places.entrySet()) {
      if (host == null || each.getValue().host().equals(host)) {
        return each.getKey();
      }
    }
    return null;
  }

  /** It is not one of them any more; nothing if it was not. */
  void remove(T who) {
    Place place = places.remove(who);
    if (place != null) {
      hosts.computeIfPresent(place.host(), (_, count) -> count == 1 ? null : count - 1);
    }
  }

  /** One whose time is up, and who is out with that; null if there is none. */
  T takeExpired(long now) {
    for (Map.Entry<T, Place> each : places.entrySet()) {
      if (now - each.getValue().sinceNanos() < patienceNanos) {
        return null;
      }
      T expired = each.getKey();
      remove(expired);
      return expired;
    }
    return null;
  }

  /** All of them, who are out with that. */
  List<T> takeAll() {
    List<T> all = List.copyOf(places.keySet());
    places.clear();
    hosts.clear();
    return all;
  }

  int size() {
    return places.size();
  }

  /** How many hosts they are at. */
  int hosts() {
    return hosts.size();
  }
}

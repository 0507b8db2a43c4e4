package dev.mptunnel.client;

import dev.mptunnel.config.HostPort;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

/**
 * Where applications are to be listened to.
 *
 * @param target the name of the server's target that they want; null or empty for the fixed one
 */
record ListenPlace(HostPort place, String target) {

  /**
   * Which of the sockets that there are serve places that are wanted: those that do now, and those
   * that would if they led to another target. The others are not wanted any more.
   *
   * @param placeOf what a socket serves now
   * @return the sockets by what they are to serve
   */
  static <S> Map<ListenPlace, S> match(
      List<ListenPlace> wanted, List<S> sockets, Function<S, ListenPlace> placeOf) {
    Map<ListenPlace, S> matched = new LinkedHashMap<>();
    List<S> left = new ArrayList<>(sockets);
    for (ListenPlace each : wanted) {
      left.stream()
          .filter(socket -> placeOf.apply(socket).equals(each))
          .findFirst()
          .ifPresent(socket -> matched.put(each, socket));
      left.remove(matched.get(each));
    }
    for (ListenPlace each : wanted) {
      S other =
          matched.containsKey(each) || each.place().port() == 0
              ? null
              : left.stream()
                  .filter(socket -> placeOf.apply(socket).place().equals(each.place()))
                  .findFirst()
                  .orElse(null);
      if (other != null) {
        matched.put(each, other);
        left.remove(other);
      }
    }
    return matched;
  }

  /** Whether no two sockets can be there at once: the same port, of addresses that overlap. */
  static boolean collide(HostPort one, HostPort other) {
    return one.port() == other.port()
        && one.port() != 0
        && (isAny(one) || isAny(other) || one.host().equals(other.host()));
  }

  private static boolean isAny(HostPort place) {
    return place.isAny() || place.host().equals("0.0.0.0") || place.host().equals("::");
  }

  /** Whether it leads to the same target as that. */
  boolean leadsAs(ListenPlace other) {
    return Objects.equals(target, other.target);
  }

  @Override
  public String toString() {
    return (target == null || target.isEmpty() ? "" : target + " ") + place;
  }
}

package dev.mptunnel.bridge;

import dev.mptunnel.config.HostPort;
import dev.mptunnel.net.Engine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The servers that are forwarded to by one protocol, what chooses among them, and where they are.
 * All loops have the same.
 */
final class Forwarding {

  /** How long another server is waited for that has a name, before it is used. */
  private static final long PATIENCE_MILLIS = 2_000;

  private final Rendezvous rendezvous;
  private final List<Place> places;

  /** One server. */
  record Place(HostPort server, ServerWatch watch, UpstreamLog log) {

    Upstream newUpstream() {
      return new Upstream(server, watch, log);
    }
  }

  Forwarding(List<Place> places) {
    this.places = List.copyOf(places);
    rendezvous = new Rendezvous(places.stream().map(place -> place.server().toString()).toList());
  }

  /**
   * To these servers.
   *
   * @param engine on whose thread names are asked for
   * @param protocol by which we speak to them, for the log
   * @param before from which is kept what is known of those that stay; null for nothing
   */
  static Forwarding to(List<HostPort> servers, Engine engine, String protocol, Forwarding before) {
    List<Place> places = new ArrayList<>();
    for (HostPort server : servers) {
      Place known = before == null ? null : before.find(server);
      UpstreamLog log = known == null ? new UpstreamLog(server, protocol) : known.log();
      places.add(
          known == null ? new Place(server, new ServerWatch(engine, server, log), log) : known);
    }
    return new Forwarding(places);
  }

  private Place find(HostPort server) {
    return places.stream().filter(each -> each.server().equals(server)).findFirst().orElse(null);
  }

  List<Place> places() {
    return places;
  }

  /** Whether it is known of any where it is. */
  boolean isAnyFound() {
    return places.stream().anyMatch(place -> place.watch().address() != null);
  }

  /** What chooses one, by its place in the list. */
  Rendezvous rendezvous() {
    return rendezvous;
  }

  /**
   * Finds out where all are, and waits for that, but not for long. From any thread but a loop's.
   */
  void resolve() {
    places.forEach(place -> place.watch().resolve());
    CompletableFuture.allOf(
            places.stream().map(place -> place.watch().found()).toArray(CompletableFuture[]::new))
        .completeOnTimeout(null, PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
        .join();
  }
}

package dev.mptunnel.server;

import dev.mptunnel.core.SessionReport;
import dev.mptunnel.observe.Figures;
import dev.mptunnel.stream.TunnelReport;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongFunction;
import java.util.stream.Collectors;

/**
 * Asks a server's loops for the figures of the sessions that carried most since it was last asked:
 * first, of all, how much they carried, which is little work, and then a few at a time for the
 * rest, so that no packet waits for long.
 */
final class SessionFigures {

  private final List<ServerLoop> loops;
  private final LongFunction<CompletableFuture<TunnelReport>> tunnels;
  private Map<Long, Long> before = Map.of();

  /**
   * The sessions, busiest first.
   *
   * @param total how many there are, listed or not
   */
  record Listed(int total, List<Figures.OfSession> sessions) {}

  /**
   * @param tunnels tells of a session's TCP
   */
  SessionFigures(List<ServerLoop> loops, LongFunction<CompletableFuture<TunnelReport>> tunnels) {
    this.loops = loops;
    this.tunnels = tunnels;
  }

  /** Asks. From any thread. */
  CompletableFuture<Listed> ask(Figures.Wish wish) {
    return all(loops.stream().map(ServerLoop::carried).toList())
        .thenComposeAsync(
            byLoop -> {
              List<ServerLoop.Carried> every = byLoop.stream().flatMap(List::stream).toList();
              List<ServerLoop.Carried> chosen = busiest(every, wish.sessions());
              return ask(slices(chosen, wish), 0, wish, new ArrayList<>())
                  .thenApply(sessions -> new Listed(every.size(), inOrder(chosen, sessions)));
            },
            wish.between());
  }

  private synchronized List<ServerLoop.Carried> busiest(List<ServerLoop.Carried> every, int most) {
    Map<Long, Long> earlier = before;
    if (most == Integer.MAX_VALUE) {
      return every;
    }
    before = new HashMap<>();
    every.forEach(each -> before.put(each.sessionId(), each.datagrams()));
    Comparator<ServerLoop.Carried> byTraffic =
        Comparator.comparingLong(
            each -> earlier.getOrDefault(each.sessionId(), 0L) - each.datagrams());
    return every.stream().sorted(byTraffic).limit(most).toList();
  }

  private static List<Figures.OfSession> inOrder(
      List<ServerLoop.Carried> chosen, List<Figures.OfSession> sessions) {
    Map<Long, Integer> places = new HashMap<>();
    chosen.forEach(each -> places.put(each.sessionId(), places.size()));
    return sessions.stream()
        .sorted(Comparator.comparing(each -> places.get(each.session().sessionId())))
        .toList();
  }

  /** Of one loop each. */
  private static List<List<ServerLoop.Carried>> slices(
      List<ServerLoop.Carried> chosen, Figures.Wish wish) {
    List<List<ServerLoop.Carried>> slices = new ArrayList<>();
    for (List<ServerLoop.Carried> ofLoop :
        chosen.stream().collect(Collectors.groupingBy(ServerLoop.Carried::loop)).values()) {
      int step = Math.min(wish.slice(), ofLoop.size());
      for (int i = 0; i < ofLoop.size(); i += step) {
        slices.add(ofLoop.subList(i, Math.min(i + step, ofLoop.size())));
      }
    }
    return slices;
  }

  private CompletableFuture<List<Figures.OfSession>> ask(
      List<List<ServerLoop.Carried>> slices,
      int from,
      Figures.Wish wish,
      List<SessionReport> reports) {
    if (from == slices.size()) {
      return withTcp(reports);
    }
    List<ServerLoop.Carried> slice = slices.get(from);
    return slice
        .getFirst()
        .loop()
        .reports(slice, wish.takesRecent())
        .thenComposeAsync(
            told -> {
              reports.addAll(told);
              return ask(slices, from + 1, wish, reports);
            },
            wish.between());
  }

  private CompletableFuture<List<Figures.OfSession>> withTcp(List<SessionReport> reports) {
    return all(
        reports.stream()
            .map(
                report ->
                    tunnels
                        .apply(report.sessionId())
                        .thenApply(tcp -> new Figures.OfSession(report, tcp)))
            .toList());
  }

  private static <T> CompletableFuture<List<T>> all(List<CompletableFuture<T>> each) {
    return CompletableFuture.allOf(each.toArray(CompletableFuture[]::new))
        .thenApply(_ -> each.stream().map(CompletableFuture::join).toList());
  }
}

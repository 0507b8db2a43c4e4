package dev.mptunnel.server;

import dev.mptunnel.core.SessionReport;
import dev.mptunnel.observe.Figures;
import dev.mptunnel.stream.TunnelReport;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongFunction;
import java.util.stream.Collectors;

/**
 * Asks a server's loops for the figures of the sessions that carried most of late: first, of all,
 * how much they carried, which is little work, and then a few at a time for the rest, so that no
 * packet waits for long.
 */
final class SessionFigures {

  /** What was carried fades by this factor from one time that it is asked for to the next. */
  private static final double FADING = 0.95;

  /** Who is not listed must have carried so much more to take the place of one who is. */
  private static final double MUCH_MORE = 2;

  private static final Busy NEW = new Busy(0, 0, false);

  private final List<ServerLoop> loops;
  private final LongFunction<CompletableFuture<TunnelReport>> tunnels;
  private Map<Long, Busy> before = Map.of();

  /**
   * How busy a session is.
   *
   * @param datagrams carried in all
   * @param lately those of late
   */
  private record Busy(long datagrams, double lately, boolean isListed) {

    Busy next(long now) {
      return new Busy(now, FADING * lately + now - datagrams, isListed);
    }

    double rank() {
      return isListed ? MUCH_MORE * lately : lately;
    }
  }

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

  synchronized List<ServerLoop.Carried> busiest(List<ServerLoop.Carried> every, int most) {
    if (most == Integer.MAX_VALUE) {
      return every;
    }
    Map<Long, Busy> now = new HashMap<>();
    for (ServerLoop.Carried each : every) {
      Busy earlier = before.getOrDefault(each.sessionId(), NEW);
      now.put(each.sessionId(), earlier.next(each.datagrams()));
    }
    Comparator<ServerLoop.Carried> byTraffic =
        Comparator.comparingDouble(each -> -now.get(each.sessionId()).rank());
    List<ServerLoop.Carried> chosen = every.stream().sorted(byTraffic).limit(most).toList();
    Set<Long> listed =
        chosen.stream().map(ServerLoop.Carried::sessionId).collect(Collectors.toSet());
    now.replaceAll((id, busy) -> new Busy(busy.datagrams(), busy.lately(), listed.contains(id)));
    before = now;
    return chosen;
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

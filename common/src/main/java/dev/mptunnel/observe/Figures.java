package dev.mptunnel.observe;

import dev.mptunnel.core.EndpointCounters;
import dev.mptunnel.core.PathReport;
import dev.mptunnel.core.SessionReport;
import dev.mptunnel.stream.TunnelReport;
import java.util.List;
import java.util.concurrent.Executor;

/**
 * What a program knows of itself at one moment; nothing of it changes any more.
 *
 * @param notReady why it cannot carry anything now, for people; null if it can
 * @param sessionsTotal sessions that there are
 * @param sessions those that carried most lately, most first
 * @param counters what was dropped without a word, and said to strangers; null at a bridge
 * @param loops how the sessions are spread, where there are several threads
 * @param handedOver packets that came to another loop than their session's
 * @param destinations what clients' proxies asked for; null where there is no such thing
 * @param proxy what mpclient's proxy has; null where there is none
 * @param relay what a bridge has; null elsewhere
 */
public record Figures(
    String notReady,
    int sessionsTotal,
    List<OfSession> sessions,
    EndpointCounters counters,
    SocketDrops drops,
    List<Loop> loops,
    long handedOver,
    Destinations destinations,
    Proxy proxy,
    RelayReport relay) {

  public Figures {
    sessions = List.copyOf(sessions);
    loops = List.copyOf(loops);
  }

  /** A client's. */
  public static Figures ofClient(
      OfSession session, EndpointCounters counters, SocketDrops drops, Proxy proxy) {
    SessionReport its = session.session();
    boolean isUp = its.paths().stream().anyMatch(path -> path.state() == PathReport.State.UP);
    String notReady =
        !its.open() ? "the server has not answered yet" : isUp ? null : "no path answers";
    return new Figures(
        notReady, 1, List.of(session), counters, drops, List.of(), 0, null, proxy, null);
  }

  /** A bridge's. */
  public static Figures ofRelay(RelayReport relay) {
    return new Figures(null, 0, List.of(), null, null, List.of(), 0, null, null, relay);
  }

  /** The same with so many sessions at most. */
  public Figures first(int most) {
    return new Figures(
        notReady,
        sessionsTotal,
        sessions.subList(0, Math.min(most, sessions.size())),
        counters,
        drops,
        loops,
        handedOver,
        destinations,
        proxy,
        relay);
  }

  /**
   * What is wanted.
   *
   * @param sessions how many at most
   * @param takesRecent whether the recent round trips are wanted, which are told once
   * @param between where what was told is put together, and more is asked
   */
  public record Wish(int sessions, boolean takesRecent, Executor between) {

    /** All there is, for a table. */
    public static final Wish ALL = new Wish(Integer.MAX_VALUE, false, Runnable::run);

    /** So many sessions are asked for their figures at a time: packets wait as long. */
    private static final int SLICE = 4;

    /** How many sessions to ask at a time. */
    public int slice() {
      return sessions == Integer.MAX_VALUE ? sessions : SLICE;
    }
  }

  /** A session, with what it carries by TCP. */
  public record OfSession(SessionReport session, TunnelReport tcp) {}

  /**
   * Packets that the kernel did not take, or not in time, or that were not read in time.
   *
   * @param sent that it did not take
   * @param late that waited for a full socket until newer ones took their place
   * @param received that it dropped since they were not read in time
   */
  public record SocketDrops(long sent, long late, long received) {}

  /**
   * What one loop has, and had.
   *
   * @param sessions on it now
   * @param packets that came for it
   */
  public record Loop(int sessions, long packets) {}

  /**
   * What clients' proxies asked for.
   *
   * @param asked by TCP
   * @param refused of names or addresses
   */
  public record Destinations(long asked, long refused) {}

  /**
   * What is at a proxy now, and was.
   *
   * @param opening applications that have not said yet what they want
   * @param waiting those that wait for the server's answer
   * @param associations sockets for UDP
   * @param opened what was asked for, since the start
   * @param refused of that
   */
  public record Proxy(int opening, int waiting, int associations, long opened, long refused) {}
}

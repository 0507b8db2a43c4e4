package dev.mptunnel.core;

import dev.mptunnel.wire.Limits;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/** The paths of one session, by their ids. */
final class PathSet {

  private Path[] byId = new Path[0];
  private final Set<Long> toldShared = new HashSet<>();

  /**
   * The counters of paths that were taken out, by their ids: whoever has the id next in the same
   * epoch has the same keys, under which no counter may come twice.
   */
  private final PathEpoch[] leftEpochs = new PathEpoch[Limits.MAX_PATHS];

  /** What the path is called, or was, that has each id, or had it last. */
  private final String[] lastNames = new String[Limits.MAX_PATHS];

  private long leftSentBytes;

  /** Where the last packet came from: many come in a row from one address. */
  private Path lastFrom;

  /** Puts in a path, in the place that its id says. */
  void add(Path path) {
    byId = Arrays.copyOf(byId, Math.max(byId.length, path.id() + 1));
    byId[path.id()] = path;
    lastNames[path.id()] = path.name();
  }

  /** Takes a path out: its id may come to mean another. */
  void remove(Path path) {
    byId[path.id()] = null;
    lastFrom = null;
    leftEpochs[path.id()] = path.epoch();
    leftSentBytes += path.sentBytes();
    toldShared.removeIf(two -> (two >>> path.id() & 1) != 0);
  }

  /**
   * An id that no path has, or -1: that which the last path of this name had, if that may be, so
   * that what is known of it goes on; and else one that nobody has had.
   */
  int freeId(String name) {
    int free = -1;
    for (int id = Limits.MAX_PATHS - 1; id >= 0; id--) {
      if (get(id) != null) {
        continue;
      }
      if (name.equals(lastNames[id])) {
        return id;
      }
      free = free < 0 || lastNames[id] == null || lastNames[free] != null ? id : free;
    }
    return free;
  }

  /** The one that was given up first of those that are still there; null if none is. */
  Path firstLeft() {
    Path first = null;
    for (Path path : byId) {
      if (path != null
          && path.isLeft()
          && (first == null || path.goneNanos() < first.goneNanos())) {
        first = path;
      }
    }
    return first;
  }

  /** Whether a path of this id was taken out in this epoch, and none has it now. */
  boolean wasLeft(int id) {
    return leftEpochs[id] != null;
  }

  /** The counters of an id in this epoch, of a path that is or was there; null if none was. */
  PathEpoch epochOf(int id) {
    return get(id) == null ? leftEpochs[id] : get(id).epoch();
  }

  /** A path of this id begins: the counters that it goes on with in this epoch, or null. */
  PathEpoch takeLeftEpoch(int id) {
    PathEpoch left = leftEpochs[id];
    leftEpochs[id] = null;
    return left;
  }

  /** Another epoch begins: all counters begin anew. */
  void forgetLeftEpochs() {
    Arrays.fill(leftEpochs, null);
  }

  /** One more than the highest id. */
  int size() {
    return byId.length;
  }

  /** The path of this id, or null. */
  Path get(int id) {
    return id < byId.length ? byId[id] : null;
  }

  /** The path that packets from there belong to, or null. */
  Path from(int port, InetSocketAddress source) {
    if (lastFrom != null && lastFrom.leadsTo(port, source)) {
      return lastFrom;
    }
    for (Path path : byId) {
      if (path != null && path.isFrom(port, source)) {
        lastFrom = path;
        return path;
      }
    }
    return null;
  }

  /** Whether one of them leads there. */
  boolean leadTo(int port, InetSocketAddress remote) {
    for (Path path : byId) {
      if (path != null && path.leadsTo(port, remote)) {
        return true;
      }
    }
    return false;
  }

  /** Whether one of them leaves from there, though it may have been given up. */
  boolean leaveFrom(int port) {
    for (Path path : byId) {
      if (path != null && path.port() == port) {
        return true;
      }
    }
    return false;
  }

  /** Hands over each path, in the order of the ids. */
  void forEach(Consumer<Path> action) {
    for (Path path : byId) {
      if (path != null) {
        action.accept(path);
      }
    }
  }

  /**
   * The longest packet that all of these paths carry, those left out that carry too little to be of
   * use or that are not known yet to carry more than all must.
   *
   * @param selected a bit for each path
   */
  int packetBytes(int selected) {
    int shortest = Integer.MAX_VALUE;
    for (int left = selected; left != 0; left &= left - 1) {
      PathMtu mtu = byId[Integer.numberOfTrailingZeros(left)].mtu();
      if (mtu.isKnown()) {
        shortest = Math.min(shortest, mtu.bytes());
      }
    }
    return shortest == Integer.MAX_VALUE ? Limits.MIN_PATH_PACKET_BYTES : shortest;
  }

  /** Whether it is still being found out of one of these paths what it carries. */
  boolean areSearched(int selected) {
    boolean searched = false;
    for (int left = selected; left != 0; left &= left - 1) {
      searched |= byId[Integer.numberOfTrailingZeros(left)].mtu().isSearching();
    }
    return searched;
  }

  /** Those of these paths that carry a packet of so many bytes; all, if none does. */
  int carrying(int selected, int bytes) {
    int carrying = 0;
    for (int left = selected; left != 0; left &= left - 1) {
      int path = Integer.numberOfTrailingZeros(left);
      carrying |= byId[path].mtu().bytes() >= bytes ? 1 << path : 0;
    }
    return carrying == 0 ? selected : carrying;
  }

  /** A DATA packet came first, on one of them; see {@link Path#onFirst}. */
  void onFirst(long now, long arrived) {
    for (Path path : byId) {
      if (path != null) {
        path.onFirst(now, arrived);
      }
    }
  }

  /** The session has carried so many datagrams by now. */
  void onCarried(long datagrams) {
    for (Path path : byId) {
      if (path != null) {
        path.onCarried(datagrams);
      }
    }
  }

  /** The share of packets that all that carry data have lost lately, if each loses by itself. */
  double lossOfAll() {
    double share = 1;
    boolean any = false;
    for (Path path : byId) {
      if (path != null && path.carries()) {
        share *= path.recentLossOut();
        any = true;
      }
    }
    return any ? share : 0;
  }

  /** When the first path wants to be woken, or {@code Long.MAX_VALUE}. */
  long nextTimer() {
    long next = Long.MAX_VALUE;
    for (Path path : byId) {
      if (path != null) {
        next = Math.min(next, path.nextTimer());
      }
    }
    return next;
  }

  /** Whether none has answered for longer than it takes. */
  boolean areSilent(long now) {
    for (Path path : byId) {
      if (path != null && !path.isLeft() && !path.isSilent(now)) {
        return false;
      }
    }
    return true;
  }

  /** The shortest smoothed round trip of those that carry data, or of all; 0: none was measured. */
  long shortestRttNanos() {
    return shortest(Path::smoothedRttNanos);
  }

  /** The same of the shortest that each has had in the last while. */
  long leastRttNanos() {
    return shortest(Path::leastRttNanos);
  }

  private long shortest(ToLongFunction<Path> roundTrip) {
    long ofUp = Long.MAX_VALUE;
    long ofAll = Long.MAX_VALUE;
    for (Path path : byId) {
      long nanos = path == null ? 0 : roundTrip.applyAsLong(path);
      if (nanos > 0) {
        ofAll = Math.min(ofAll, nanos);
        ofUp = path.carries() ? Math.min(ofUp, nanos) : ofUp;
      }
    }
    long shortest = ofUp == Long.MAX_VALUE ? ofAll : ofUp;
    return shortest == Long.MAX_VALUE ? 0 : shortest;
  }

  /**
   * The longest smoothed round trip of those that carry data, or 0 where none has been measured.
   */
  long longestRttNanos() {
    long longest = 0;
    for (Path path : byId) {
      longest =
          path != null && path.carries() ? Math.max(longest, path.smoothedRttNanos()) : longest;
    }
    return longest;
  }

  /** How much later than on the quickest path copies come on the slowest that carries data. */
  long longestLagNanos() {
    long longest = 0;
    for (Path path : byId) {
      longest = path != null && path.carries() ? Math.max(longest, path.lag().nanos()) : longest;
    }
    return longest;
  }

  /** Whether the queues in front of all that carry data are long, on their way to us. */
  boolean areLong() {
    boolean any = false;
    for (Path path : byId) {
      if (path != null && path.carries()) {
        if (!path.queue().isLong()) {
          return false;
        }
        any = true;
      }
    }
    return any;
  }

  /** Which paths lose the same packets, or are slow at the same times. */
  List<SessionReport.Shared> shared(SharedFate fate, SharedDelay delays) {
    List<SessionReport.Shared> shared = new ArrayList<>();
    for (int one = 0; one < byId.length; one++) {
      for (int other = one + 1; other < byId.length; other++) {
        double lost = fate.share(one, other);
        double share = lost > 0 ? lost : delays.correlation(one, other);
        if (share > 0) {
          SessionReport.Sign sign = lost > 0 ? SessionReport.Sign.LOSS : SessionReport.Sign.DELAY;
          shared.add(
              new SessionReport.Shared(
                  one, other, byId[one].name(), byId[other].name(), sign, share));
        }
      }
    }
    return shared;
  }

  /** Tells once of each two paths that share something. */
  void tellShared(SharedFate fate, SharedDelay delays, Session session) {
    for (SessionReport.Shared shared : shared(fate, delays)) {
      long two = 1L << shared.one() | 1L << shared.other();
      if (toldShared.add(two)) {
        session.emit(new Event.PathsShareFate(session, shared));
      }
    }
  }

  /** Bytes sent on all of them, and on those that were taken out. */
  long sentBytes() {
    long bytes = leftSentBytes;
    for (Path path : byId) {
      bytes += path == null ? 0 : path.sentBytes();
    }
    return bytes;
  }

  List<PathReport> reports(boolean takesRecent) {
    List<PathReport> reports = new ArrayList<>();
    forEach(
        path -> {
          if (!path.isLeft()) {
            reports.add(path.report(takesRecent));
          }
        });
    return reports;
  }
}

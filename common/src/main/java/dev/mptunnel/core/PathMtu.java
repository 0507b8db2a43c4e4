package dev.mptunnel.core;

import dev.mptunnel.wire.Limits;
import java.util.concurrent.TimeUnit;
import java.util.function.IntConsumer;

/**
 * The longest packet that a path carries our way. It is found by sending packets of several lengths
 * (datagram packetization layer path MTU discovery, RFC 8899), and not by what routers say about
 * it: some say nothing, and anybody can say it. Lengths are those of UDP payloads.
 *
 * <p>A search begins with the longest packet there can be, since most paths carry it. If that does
 * not arrive, one packet of each common length goes out, which finds the longest within two round
 * trips; then the next longer one is tried until so many were lost that it is not the path's
 * ordinary loss. Every PONG tells the longest packet that arrived lately, whatever was in it: so
 * datagrams show as well when a path stops carrying long ones, and a trial of what it carried then
 * decides.
 */
final class PathMtu {

  private static final long NEVER = Long.MAX_VALUE;

  /** The longest IP packet that is looked for: Ethernet's. */
  private static final int MAX_IP_BYTES = 1_500;

  /** Lengths of IP packets that lines and tunnels are known to have. */
  private static final int[] COMMON_IP_BYTES = {
    1_280, 1_300, 1_320, 1_340, 1_360, 1_380, 1_400, 1_420, 1_440, 1_460, 1_480, 1_492, 1_500
  };

  /** Packets of one length, none of which arrived, after which it is too long. */
  private static final int LOST_MEANS_TOO_LONG = 12;

  /** Of those, how many go out with one PING. */
  private static final int COPIES = 3;

  /** How often a path is asked whether it carries more by now (RFC 8899, section 5.1.1). */
  private static final long SEARCH_AGAIN_NANOS = TimeUnit.MINUTES.toNanos(10);

  /** The same where what was found may have had a passing reason. */
  private static final long SEARCH_SOON_NANOS = TimeUnit.SECONDS.toNanos(30);

  private enum Phase {
    /** The longest packet there can be is tried. */
    TOP,
    /** One packet of each longer length is tried. */
    SURVEY,
    /** The next longer one is tried. */
    TRIAL,
    /** What the path carried so far is tried. */
    DOUBT,
    /** It is known what the path carries. */
    SETTLED
  }

  private final int fixedIpBytes;
  private Phase phase = Phase.TOP;
  private int overheadBytes;

  /** Longer ones are not tried in this search. */
  private int limitBytes;

  /** The longest known to arrive; 0 while none is. */
  private int carriedBytes;

  private boolean narrow;

  /** Whether this search began because the path carries less than it did. */
  private boolean shrunk;

  /** Changes whenever something else is tried, so that answers tell what they answer. */
  private int round = 1;

  private boolean roundSent;

  /** Whether the path leads elsewhere since it was known what it carries. */
  private boolean moved;

  private int lost;
  private long nextSearchNanos = NEVER;

  /**
   * The limit of a path that nothing is known of.
   *
   * @param fixedIpBytes the longest IP packet that its owner says it carries, or 0 to find out
   */
  PathMtu(int fixedIpBytes) {
    this.fixedIpBytes = fixedIpBytes;
  }

  /**
   * The path leads somewhere else from now on: what it carried is tried anew.
   *
   * @param overheadBytes what IP and UDP add to a packet there
   */
  void restart(int overheadBytes) {
    this.overheadBytes = overheadBytes;
    limitBytes = ceilingBytes();
    if (fixedIpBytes != 0) {
      carriedBytes = limitBytes;
      phase = Phase.SETTLED;
    } else {
      carriedBytes = Math.min(carriedBytes, limitBytes);
      moved = carriedBytes != 0;
      enter(carriedBytes == 0 ? Phase.TOP : Phase.DOUBT);
    }
  }

  private int ceilingBytes() {
    int ipBytes = fixedIpBytes != 0 ? fixedIpBytes : MAX_IP_BYTES;
    return Math.min(ipBytes - overheadBytes, Limits.MAX_PACKET_BYTES);
  }

  /** The longest packet to send, or 0 if the path carries too little to be of use. */
  int bytes() {
    if (narrow) {
      return 0;
    }
    return carriedBytes == 0 ? Limits.MIN_PATH_PACKET_BYTES : carriedBytes;
  }

  /** Whether the path carries too little to be of use. */
  boolean isNarrow() {
    return narrow;
  }

  /** Whether {@link #bytes} is known and not only what every path should carry. */
  boolean isKnown() {
    return carriedBytes != 0;
  }

  /** The longest IP packet that the path carries, or 0 where that is not known. */
  int ipBytes() {
    return carriedBytes == 0 ? 0 : carriedBytes + overheadBytes;
  }

  /** Whether it is being found out what the path carries. */
  boolean isSearching() {
    return phase != Phase.SETTLED;
  }

  /** Whether packets are to be sent with a PING as soon as can be. */
  boolean isDue() {
    return phase != Phase.SETTLED && !roundSent;
  }

  /** Whether what of our packets arrives shows that it carries no more what it did. */
  boolean isWatched() {
    return phase == Phase.SETTLED && fixedIpBytes == 0 && carriedBytes != 0;
  }

  /**
   * Whether it is worth packets though the session carries nothing now: it is not known, or what
   * was carried has not arrived.
   */
  boolean isUrgent() {
    return carriedBytes == 0 ? !narrow : phase == Phase.DOUBT && !moved;
  }

  /**
   * A PING is about to be sent: first come the packets that it asks for. They go out once;
   * whichever PING after them is answered tells whether they arrived, so that a slow or lossy line
   * is not filled with more of them.
   *
   * @param probe sends a packet of this length
   * @return what {@link #onPong} is to be given with its answer
   */
  int beforePing(long now, IntConsumer probe) {
    if (phase == Phase.SETTLED && now >= nextSearchNanos) {
      limitBytes = ceilingBytes();
      enter(Phase.TOP);
    }
    if (phase == Phase.SETTLED) {
      return 0;
    }
    if (!roundSent) {
      roundSent = true;
      sendRound(probe);
    }
    return round;
  }

  private void sendRound(IntConsumer probe) {
    switch (phase) {
      case TOP -> probe.accept(limitBytes);
      case SURVEY -> {
        for (int next = nextLonger(carriedBytes); next != 0; next = nextLonger(next)) {
          probe.accept(next);
        }
      }
      default -> {
        for (int i = 0; i < COPIES; i++) {
          probe.accept(triedBytes());
        }
      }
    }
  }

  /** What a trial is of; 0 if there is nothing left to try. */
  private int triedBytes() {
    return phase == Phase.DOUBT ? carriedBytes : nextLonger(carriedBytes);
  }

  /** The next longer packet that this search tries, or 0. */
  private int nextLonger(int bytes) {
    if (bytes < Limits.MIN_PATH_PACKET_BYTES) {
      return Limits.MIN_PATH_PACKET_BYTES;
    }
    for (int ipBytes : COMMON_IP_BYTES) {
      int next = ipBytes - overheadBytes;
      if (next > bytes && next <= limitBytes) {
        return next;
      }
    }
    return 0;
  }

  /**
   * A PING was answered.
   *
   * @param asked what {@link #beforePing} gave for it
   * @param sentBytes the longest packet that went out between that PING and the one before it
   * @param arrivedBytes the longest packet that arrived there lately
   */
  void onPong(long now, int asked, int sentBytes, int arrivedBytes) {
    if (fixedIpBytes != 0) {
      return;
    }
    boolean answered = asked == round;
    if (moved && !answered) {
      return; // it may tell of the way that the path took before
    }
    boolean longer = arrivedBytes > carriedBytes && arrivedBytes >= Limits.MIN_PATH_PACKET_BYTES;
    if (longer) {
      carriedBytes = Math.min(arrivedBytes, ceilingBytes());
      narrow = false;
    }
    switch (phase) {
      case TOP -> {
        if (carriedBytes >= limitBytes) {
          settle(now);
        } else if (answered) {
          enter(Phase.SURVEY);
        }
      }
      case SURVEY -> {
        if (answered) {
          tryNext(now);
        }
      }
      case TRIAL -> {
        if (longer) {
          tryNext(now);
        } else if (answered) {
          countLost(now);
        }
      }
      case DOUBT -> {
        if (answered && arrivedBytes >= carriedBytes) {
          endDoubt();
        } else if (answered) {
          countLost(now);
        }
      }
      case SETTLED -> watch(sentBytes, arrivedBytes);
    }
  }

  private void countLost(long now) {
    lost += COPIES;
    roundSent = false;
    round++;
    if (lost < LOST_MEANS_TOO_LONG) {
      return;
    }
    limitBytes = triedBytes() - 1;
    if (phase == Phase.DOUBT) {
      moved = false;
      carriedBytes = 0;
      shrunk = true;
      enter(Phase.SURVEY);
    } else {
      narrow = carriedBytes == 0;
      settle(now);
    }
  }

  /** It carries what it did; when it is searched for more stays as it was, unless it has moved. */
  private void endDoubt() {
    enter(moved ? Phase.TOP : Phase.SETTLED);
    moved = false;
  }

  private void tryNext(long now) {
    if (nextLonger(carriedBytes) == 0) {
      settle(now);
    } else {
      enter(Phase.TRIAL);
    }
  }

  /** Whether long packets that we sent are missing from what arrived. */
  private void watch(int sentBytes, int arrivedBytes) {
    boolean isMissing = sentBytes > Math.max(arrivedBytes, Limits.MIN_PATH_PACKET_BYTES);
    if (isMissing && carriedBytes != 0) {
      enter(Phase.DOUBT); // if they were lost by chance, that costs a few packets
    }
  }

  private void enter(Phase next) {
    phase = next;
    round++;
    roundSent = false;
    lost = 0;
  }

  private void settle(long now) {
    enter(Phase.SETTLED);
    nextSearchNanos =
        carriedBytes >= ceilingBytes()
            ? NEVER
            : now + (narrow || shrunk ? SEARCH_SOON_NANOS : SEARCH_AGAIN_NANOS);
    shrunk = false;
  }
}

package dev.mptunnel.core;

import dev.mptunnel.core.EndpointSettings.KeySettings;
import java.util.function.Consumer;

/**
 * The epoch that a session is in, and the one before, to which late packets belong; when their keys
 * are renewed, and when they are forgotten.
 */
final class Epochs {

  private static final long NEVER = Long.MAX_VALUE;

  private final KeySettings keys;
  private Epoch current;
  private Epoch previous;
  private long previousEndsNanos = NEVER;

  /**
   * A session's epochs before its first one.
   *
   * @param keys how keys age, or null if they do not
   */
  Epochs(KeySettings keys) {
    this.keys = keys;
  }

  /** The epoch in which packets are sent, or null. */
  Epoch current() {
    return current;
  }

  /** The epoch before, to which late packets belong, or null. */
  Epoch previous() {
    return previous;
  }

  /** Hands over both. */
  void forEach(Consumer<Epoch> action) {
    if (previous != null) {
      action.accept(previous);
    }
    if (current != null) {
      action.accept(current);
    }
  }

  /**
   * Gives back the memory of packets too old to be sent again.
   *
   * @return whether none is kept
   */
  boolean forgetSent(long now) {
    boolean all = true;
    for (Epoch epoch : new Epoch[] {previous, current}) {
      all &= epoch == null || epoch.kept().forgetOld(now);
    }
    return all;
  }

  /** Whether this is the epoch before. */
  boolean isPrevious(Epoch epoch) {
    return epoch == previous;
  }

  /** The epoch of this number, if it is the current one or the one before; null otherwise. */
  Epoch find(int number) {
    if (current != null && current.number() == number) {
      return current;
    }
    return previous != null && previous.number() == number ? previous : null;
  }

  /** Goes over to a new epoch. */
  void start(long now, Epoch epoch) {
    if (current != null) {
      end(previous);
      previous = current;
      previousEndsNanos = Math.min(diesNanos(previous), now + CoreLimits.PREVIOUS_EPOCH_NANOS);
    }
    current = epoch;
  }

  /** Forgets keys that are too old. */
  void forgetOld(long now) {
    if (now >= previousEndsNanos) {
      end(previous);
      previous = null;
      previousEndsNanos = NEVER;
    }
    if (current != null && now >= diesNanos(current)) {
      end(current);
      current = null;
    }
  }

  /** Forgets both: the session is over. */
  void clear() {
    end(previous);
    end(current);
    previous = null;
    previousEndsNanos = NEVER;
    current = null;
  }

  private static void end(Epoch epoch) {
    if (epoch != null) {
      epoch.end();
    }
  }

  /** When {@link #forgetOld} will find something. */
  long nextForgettingNanos() {
    return Math.min(previousEndsNanos, current == null ? NEVER : diesNanos(current));
  }

  private long diesNanos(Epoch epoch) {
    return keys == null ? NEVER : epoch.startedNanos() + keys.dieAfterNanos();
  }

  /** When the keys will be old enough to be renewed. */
  long renewalNanos() {
    return current == null || keys == null
        ? NEVER
        : current.startedNanos() + keys.renewAfterNanos();
  }

  /** Whether the keys are old, or worn, enough to be renewed. */
  boolean isRenewalDue(long now) {
    return now >= renewalNanos()
        || (current != null
            && keys != null
            && Math.max(current.sent().count(), current.window().highest())
                >= keys.renewAfterPackets());
  }
}

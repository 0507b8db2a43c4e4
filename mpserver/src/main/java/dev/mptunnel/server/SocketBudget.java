package dev.mptunnel.server;

import dev.mptunnel.net.OwnProcess;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Keeps a quarter of the process's file descriptors from clients' destinations, so that whatever
 * they name, there are some for new clients, tunnels and targets. Of the others a client has no
 * more than are left, so that there are some for the next client. From any thread.
 *
 * <p>To count what is open takes time. So each socket that is opened adds to the last count, none
 * that is closed takes from it, and it is counted again, at most once a second, when that comes to
 * too many.
 */
final class SocketBudget {

  private static final long COUNT_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long TELL_AGAIN_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final long most;
  private final LongSupplier counter;
  private final Shares shares = new Shares();
  private boolean isCounted;
  private boolean isTold;
  private long open;
  private long countedNanos;
  private long toldNanos;

  /**
   * A budget.
   *
   * @param limit file descriptors that the process may have
   * @param counter how many it has
   */
  SocketBudget(long limit, LongSupplier counter) {
    most = limit - limit / 4;
    this.counter = counter;
  }

  /** That of this process, without bounds where it is not known. */
  static SocketBudget ofProcess() {
    return new SocketBudget(OwnProcess.openFilesLimit(), OwnProcess::openFiles);
  }

  /** Whether a socket may be opened for a client; if so, it counts as open. */
  synchronized boolean take(long now, Object who) {
    if (most == Long.MAX_VALUE - Long.MAX_VALUE / 4) {
      return true;
    }
    boolean taken = isCounted && shares.take(who, most - open);
    if (!taken && (!isCounted || now - countedNanos >= COUNT_AGAIN_NANOS)) {
      isCounted = true;
      open = counter.getAsLong();
      countedNanos = now;
      taken = shares.take(who, most - open);
    }
    if (taken) {
      open++;
    } else if (!isTold || now - toldNanos >= TELL_AGAIN_NANOS) {
      isTold = true;
      toldNanos = now;
      ServerLog.socketsScarce(open, most);
    }
    return taken;
  }

  /** One that was opened for a client has been closed. */
  synchronized void giveBack(Object who) {
    shares.giveBack(who);
  }
}

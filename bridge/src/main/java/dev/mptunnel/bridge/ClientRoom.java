package dev.mptunnel.bridge;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many clients there may be, about, that a server has answered, over all loops of a bridge.
 * Where there is no more room, the loop that has a new one gives up the oldest of its own, if it
 * has its part of the room; if it has less, the loop that has most does. So a loop whose clients
 * are idle does not keep the room from those of another one.
 *
 * <p>The other loop gives it up a moment later. Should it have lost all its clients by then, there
 * is one client more than there may be, until one of them goes by itself or for a new one.
 */
final class ClientRoom {

  private final int max;
  private final AtomicInteger taken = new AtomicInteger();
  private final List<Share> shares = new ArrayList<>();

  /**
   * @param max clients at once
   */
  ClientRoom(int max) {
    this.max = max;
  }

  /**
   * What one loop takes of it. All are made before any is used.
   *
   * @param giveUpOldest has the loop give up its oldest client, soon; called from any thread
   */
  Share newShare(Runnable giveUpOldest) {
    Share share = new Share(giveUpOldest);
    shares.add(share);
    return share;
  }

  /** One loop's part, used on its thread but for what others ask. */
  final class Share {

    private final Runnable giveUpOldest;
    private final AtomicInteger clients = new AtomicInteger();

    private Share(Runnable giveUpOldest) {
      this.giveUpOldest = giveUpOldest;
    }

    /** Takes a place. @return false if there is none */
    boolean take() {
      int before;
      do {
        before = taken.get();
        if (before >= max) {
          return false;
        }
      } while (!taken.compareAndSet(before, before + 1));
      clients.incrementAndGet();
      return true;
    }

    /** Whether it has as many clients as its part of the room is for. */
    boolean hasItsPart() {
      return clients.get() >= max / shares.size();
    }

    /** Takes a place that another loop is to give up. */
    void takeFromOthers() {
      taken.incrementAndGet();
      clients.incrementAndGet();
      shares.stream()
          .filter(share -> share != this)
          .max(Comparator.comparingInt(share -> share.clients.get()))
          .ifPresent(share -> share.giveUpOldest.run());
    }

    void giveBack() {
      clients.decrementAndGet();
      taken.decrementAndGet();
    }
  }
}

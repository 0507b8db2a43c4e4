package dev.mptunnel.net;

import dev.mptunnel.core.CountedPlaces;
import dev.mptunnel.core.EndpointSettings;
import dev.mptunnel.core.ProcessLimits;
import dev.mptunnel.core.SessionPlaces;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

/**
 * What the endpoints of several threads may have together. One of them looks for places for
 * sessions at a time: that is when sessions begin and end, and when strangers want to begin one.
 */
public final class SharedLimits {

  private final Places places;
  private final ProcessLimits process;

  /**
   * Limits that nothing has been taken of.
   *
   * @param endpoints how many share them
   * @param random unpredictable
   */
  public SharedLimits(EndpointSettings settings, int endpoints, RandomGenerator random) {
    SessionPlaces counted = CountedPlaces.of(settings);
    places = new Places(counted);
    process = new ProcessLimits(endpoints, counted, random);
  }

  /**
   * The limits for one endpoint.
   *
   * @param loop does something with the endpoint on its thread, soon, and what follows from it
   */
  ProcessLimits of(Executor loop) {
    return process.with(places.of(loop));
  }

  /** The places, for one thread at a time. */
  static final class Places {

    private final SessionPlaces places;

    /** Who is taking a place now. */
    private View taker;

    /** Ends the session, of the taker's own, whose place it gets; or null. */
    private Runnable evictHere;

    Places(SessionPlaces places) {
      this.places = places;
    }

    /** The places for an endpoint of this loop. */
    SessionPlaces of(Executor loop) {
      return new View(loop);
    }

    private final class View implements SessionPlaces {

      private final Executor loop;

      View(Executor loop) {
        this.loop = loop;
      }

      @Override
      public boolean hasRoom(long now, String client) {
        synchronized (places) {
          return places.hasRoom(now, client);
        }
      }

      @Override
      public void adjust(EndpointSettings settings) {
        synchronized (places) {
          places.adjust(settings);
        }
      }

      @Override
      public Place take(long now, String client, Runnable evict) {
        Place taken;
        Runnable here;
        synchronized (places) {
          taker = this;
          evictHere = null;
          taken = places.take(now, client, () -> onOwnThread(evict));
          here = evictHere;
        }
        if (taken == null) {
          return null;
        }
        Place guarded = new GuardedPlace(taken);
        if (here != null) {
          evict(here, guarded);
        }
        return guarded;
      }

      /** Without the others' waiting for it. */
      private void evict(Runnable evict, Place taken) {
        boolean done = false;
        try {
          evict.run();
          done = true;
        } finally {
          if (!done) {
            taken.giveBack();
          }
        }
      }

      /** Before the taker goes on if it is its own session, else soon. */
      private void onOwnThread(Runnable evict) {
        if (taker.equals(this)) {
          evictHere = evict;
        } else {
          loop.execute(evict);
        }
      }
    }

    private final class GuardedPlace implements SessionPlaces.Place {

      private final SessionPlaces.Place place;

      GuardedPlace(SessionPlaces.Place place) {
        this.place = place;
      }

      /** With each packet, and so without the others' waiting for it. */
      @Override
      public void heard(long now) {
        place.heard(now);
      }

      @Override
      public void rename(String client) {
        synchronized (places) {
          place.rename(client);
        }
      }

      @Override
      public void giveBack() {
        synchronized (places) {
          place.giveBack();
        }
      }
    }
  }
}

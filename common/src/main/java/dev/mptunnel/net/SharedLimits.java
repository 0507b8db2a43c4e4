package dev.mptunnel.net;

import dev.mptunnel.core.CountedPlaces;
import dev.mptunnel.core.EndpointSettings;
import dev.mptunnel.core.ProcessLimits;
import dev.mptunnel.core.SessionPlaces;
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

  /** The limits for the endpoint that this engine drives. */
  public ProcessLimits of(Engine engine) {
    return process.with(places.of(engine));
  }

  /** The places, for one thread at a time. */
  static final class Places {

    private final SessionPlaces places;

    /** Whose thread is taking a place now. */
    private Engine taker;

    Places(SessionPlaces places) {
      this.places = places;
    }

    /** The places for the endpoint that this engine drives. */
    SessionPlaces of(Engine engine) {
      return new View(engine);
    }

    private final class View implements SessionPlaces {

      private final Engine engine;

      View(Engine engine) {
        this.engine = engine;
      }

      @Override
      public boolean hasRoom(long now, String client) {
        synchronized (places) {
          return places.hasRoom(now, client);
        }
      }

      @Override
      public Place take(long now, String client, Runnable evict) {
        synchronized (places) {
          taker = engine;
          Place taken = places.take(now, client, () -> onOwnThread(evict));
          return taken == null ? null : new GuardedPlace(taken);
        }
      }

      /**
       * At once if this is its thread, as it is if a session of the same endpoint takes the place.
       */
      private void onOwnThread(Runnable evict) {
        if (taker.equals(engine)) {
          evict.run();
        } else {
          engine.execute(evict);
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

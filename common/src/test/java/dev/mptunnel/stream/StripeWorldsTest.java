package dev.mptunnel.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.stream.StripeWorld.App;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Worlds in which tunnels die, freeze and come back while connections open, stop, end and are
 * reset: at the end every one has brought every byte, or was reset at both ends, and nothing is
 * left.
 */
class StripeWorldsTest {

  private static final int STEPS = 60;
  private static final double CALM_MILLIS = 300_000;

  /** One world, from its seed alone. */
  private static final class Run {
    private final SplittableRandom random;
    private final StripeWorld world;
    private final List<App> apps = new ArrayList<>();
    private final Set<Integer> frozen = new LinkedHashSet<>();

    private final long roomBytes;

    private Run(long seed) {
      random = new SplittableRandom(seed);
      roomBytes = (random.nextInt(3) == 0 ? 1L : 256L) << 20; // enough for all, or soon too little
      world =
          new StripeWorld(
              random.nextInt(4) == 0
                  ? new Schedulers.LeastRoundTrip()
                  : new Scheduler.EarliestDelivery(),
              roomBytes);
      world.accepts = connection -> size();
      world.stops = connection -> random.nextInt(5) == 0;
    }

    private long size() {
      return random.nextInt(3) == 0 ? random.nextInt(300_000) : random.nextInt(3_000);
    }

    private void addTunnel() {
      if (world.tunnels().size() < 8) {
        double mbit = Math.pow(10, random.nextDouble(-0.3, 2));
        world.addTunnel(mbit, Math.pow(10, random.nextDouble(0, 2.5)));
      }
    }

    private void step() {
      List<Integer> tunnels = world.tunnels();
      switch (random.nextInt(10)) {
        case 0, 1 -> addTunnel();
        case 2 -> {
          if (!tunnels.isEmpty()) {
            int id = tunnels.get(random.nextInt(tunnels.size()));
            frozen.remove(id);
            world.kill(id, random.nextInt(500));
          }
        }
        case 3 -> {
          if (!tunnels.isEmpty()) {
            int id = tunnels.get(random.nextInt(tunnels.size()));
            boolean wasFrozen = frozen.remove(id);
            world.freeze(id, !wasFrozen);
            if (!wasFrozen) {
              frozen.add(id);
            }
          }
        }
        case 4, 5, 6 -> {
          if (apps.size() < 20) {
            App app = world.open(size());
            app.stopped = random.nextInt(6) == 0;
            apps.add(app);
          }
        }
        case 7 -> {
          App app = either();
          if (app != null && random.nextInt(4) == 0 && app.resetCode < 0 && !app.done) {
            app.reset();
          }
        }
        default -> {
          App app = either();
          if (app != null && app.resetCode < 0 && !app.done) {
            app.stopped = !app.stopped;
            app.write(0);
          }
        }
      }
      world.runFor(random.nextInt(3) == 0 ? random.nextInt(3_000) : random.nextInt(60));
    }

    private App either() {
      if (apps.isEmpty()) {
        return null;
      }
      App app = apps.get(random.nextInt(apps.size()));
      return random.nextBoolean() ? app : world.other(app);
    }

    private void calm() {
      frozen.forEach(id -> world.freeze(id, false));
      world.addTunnel(20, 20);
      world.stops = connection -> false;
      for (App app : apps) {
        go(app);
        go(world.other(app));
      }
    }

    private void go(App app) {
      if (app != null && app.resetCode < 0 && !app.done) {
        app.stopped = false;
        app.write(0);
      }
    }

    private boolean isOver() {
      return world.client.striper.connections() == 0 && world.server.striper.connections() == 0;
    }
  }

  private static void check(long seed) {
    Run run = new Run(seed);
    run.addTunnel();
    for (int i = 0; i < STEPS; i++) {
      run.step();
    }
    run.calm();
    String why = "seed " + seed;
    assertTrue(
        run.world.runUntil(CALM_MILLIS, run::isOver), () -> why + ", " + run.world.describe());
    for (App app : run.apps) {
      App other = run.world.other(app);
      checkEnd(app, other, why);
      if (other != null) {
        checkEnd(other, app, why);
      }
    }
    assertEquals(0, run.world.client.striper.keptBytes(), why);
    assertEquals(0, run.world.server.striper.keptBytes(), why);
    assertEquals(run.roomBytes, run.world.client.room.leftBytes(), why);
    assertEquals(run.roomBytes, run.world.server.room.leftBytes(), why);
  }

  /** What ended in order has all; what did not was given up by one end, and by no other one. */
  private static void checkEnd(App app, App other, String why) {
    if (app.resetCode < 0) {
      assertTrue(app.done && app.atEnd, why);
      assertTrue(other.done || other.gaveUp, why); // it has sent all, and may have read nothing
    } else {
      assertTrue(app.gaveUp || other.gaveUp, why);
    }
  }

  private static void worlds(int count) {
    long first = Long.getLong("mptunnel.seed", System.nanoTime());
    LongStream.range(first, first + count)
        .parallel()
        .forEach(
            seed -> {
              try {
                check(seed);
              } catch (RuntimeException | Error e) {
                throw new AssertionError("-Dmptunnel.seed=" + seed, e);
              }
            });
  }

  @Test
  void everyByteComesOrBothEndsKnowThatItWillNot() {
    worlds(Boolean.getBoolean("mptunnel.one") ? 1 : 100);
  }

  @Tag("full")
  @Test
  void everyByteComesInManyWorlds() {
    worlds(2_000);
  }
}

package dev.mptunnel.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.stream.StripeWorld.App;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two stripers over simulated tunnels. */
class StriperTest {

  private static final long MB = 1 << 20;

  /** How many Mbit/s one connection makes, upwards, of so many bytes. */
  private static double mbit(Scheduler scheduler, long bytes, double... tunnels) {
    StripeWorld world = new StripeWorld(scheduler);
    for (int i = 0; i < tunnels.length; i += 2) {
      world.addTunnel(tunnels[i], tunnels[i + 1]);
    }
    world.open(MB); // so that the tunnels are known
    world.runFor(3_000);
    App app = world.open(bytes);
    assertTrue(world.runUntil(300_000, () -> world.other(app) != null), "not opened");
    App other = world.other(app);
    assertTrue(world.runUntil(300_000, () -> other.read > bytes / 4), "not a quarter");
    long begin = world.now();
    long before = other.read;
    assertTrue(world.runUntil(300_000, () -> other.read > bytes * 3 / 4), "not three quarters");
    double mbit = (other.read - before) * 8e3 / (world.now() - begin);
    assertTrue(world.runUntil(300_000, () -> app.done), "not done");
    assertEquals(bytes, other.read);
    System.out.printf(
        Locale.ROOT,
        "%s %d MB %s: %.1f Mbit/s, %d kB twice%n",
        scheduler.getClass().getSimpleName(),
        bytes / MB,
        java.util.Arrays.toString(tunnels),
        mbit,
        world.client.striper.duplicatedBytes() / 1024);
    return mbit;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void equalTunnelsAddUp(int count) {
    double[] tunnels = new double[2 * count];
    for (int i = 0; i < count; i++) {
      tunnels[2 * i] = 50;
      tunnels[2 * i + 1] = 20;
    }
    assertTrue(
        mbit(new Scheduler.EarliestDelivery(), 8L * count * MB, tunnels) > 0.97 * 50 * count);
  }

  /** Mbit/s, and ms each way. */
  static Stream<Arguments> unequal() {
    return Stream.of(
        Arguments.of(100, new double[] {100, 10, 10, 100}),
        Arguments.of(50, new double[] {50, 20, 5, 300}),
        Arguments.of(50, new double[] {50, 20, 20, 60, 10, 10}));
  }

  @ParameterizedTest
  @MethodSource
  void unequal(int bestMbit, double[] tunnels) {
    double ours = mbit(new Scheduler.EarliestDelivery(), 30 * MB, tunnels);
    assertTrue(ours > 0.97 * bestMbit);
    double all = 0;
    for (int i = 0; i < tunnels.length; i += 2) {
      all += tunnels[i];
    }
    assertTrue(ours > 0.85 * all);
    mbit(new Scheduler.EarliestDelivery(), MB, tunnels);
    List<Supplier<Scheduler>> others =
        List.of(Schedulers.LeastRoundTrip::new, Schedulers.Ecf::new, Schedulers.Blest::new);
    for (Supplier<Scheduler> other : others) {
      mbit(other.get(), 30 * MB, tunnels);
      mbit(other.get(), MB, tunnels);
    }
  }

  /** Also where the tunnel dies that was to say so. */
  @Test
  void thatADestinationWasReachedIsSaidOnce() {
    StripeWorld world = new StripeWorld();
    world.addTunnel(50, 20);
    world.addTunnel(20, 5);
    world.accepts = connection -> 0;
    App app = world.open(3 * MB);
    assertTrue(world.runUntil(10_000, () -> world.other(app) != null));
    world.other(app).connection.confirm();
    world.server.flush();
    world.kill(1, 1);
    assertTrue(world.runUntil(10_000, () -> app.connected > 0), "not told");
    world.runFor(2_000);
    assertEquals(1, app.connected);
  }

  @Test
  void bothWaysAndHalfClosed() {
    StripeWorld world = new StripeWorld();
    world.addTunnel(50, 20);
    world.addTunnel(20, 5);
    world.accepts = connection -> 3 * MB;
    List<App> apps = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      apps.add(world.open(i * 100_000L));
    }
    assertTrue(world.runUntil(60_000, () -> apps.stream().allMatch(app -> app.done)));
    world.runFor(1_000);
    for (App app : apps) {
      assertEquals(3 * MB, app.read);
      assertTrue(world.other(app).done);
    }
    assertEquals(0, world.client.striper.connections());
    assertEquals(0, world.server.striper.connections());
  }

  @Test
  void tunnelsDieAndComeBackAndNothingIsLost() {
    StripeWorld world = new StripeWorld();
    for (int i = 0; i < 4; i++) {
      world.addTunnel(50, 20);
    }
    world.accepts = connection -> 10 * MB;
    List<App> apps = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      apps.add(world.open(10 * MB));
    }
    for (int i = 0; i < 100; i++) {
      world.runFor(100);
      world.kill(world.tunnels().getFirst(), i % 30);
      if (i % 10 != 9 || world.tunnels().size() < 2) {
        world.addTunnel(50, 20);
      }
    }
    world.addTunnel(50, 20);
    assertTrue(world.runUntil(60_000, () -> apps.stream().allMatch(app -> app.done)));
  }

  @Test
  void allTunnelsMayBeGoneForAWhile() {
    StripeWorld world = new StripeWorld();
    world.addTunnel(50, 20);
    world.addTunnel(50, 20);
    App app = world.open(10 * MB);
    world.runFor(500);
    world.tunnels().forEach(id -> world.kill(id, 3));
    world.runFor(5_000);
    world.addTunnel(50, 20);
    assertTrue(world.runUntil(10_000, () -> app.done));
  }

  @Test
  void aFrozenTunnelHoldsNothingUpForLong() {
    StripeWorld world = new StripeWorld();
    int frozen = world.addTunnel(50, 20);
    world.addTunnel(50, 20);
    App app = world.open(20 * MB);
    world.runFor(1_000);
    long before = world.other(app).read;
    world.freeze(frozen, true);
    world.runFor(1_000);
    assertTrue(world.other(app).read - before > 3 * MB, world.other(app).read - before + "");
    world.freeze(frozen, false);
    assertTrue(world.runUntil(10_000, () -> app.done));
  }

  @Test
  void allThatATunnelIsLateWithGoesOutOnOthersBeforeItIsStalled() {
    StripeWorld world = new StripeWorld();
    int frozen = world.addTunnel(50, 20);
    world.addTunnel(50, 20);
    App first = world.open(8 * MB);
    assertTrue(world.runUntil(10_000, () -> first.done));
    App app = world.open(MB);
    assertTrue(world.runUntil(10_000, () -> world.other(app) != null));
    App other = world.other(app);
    assertTrue(world.runUntil(10_000, () -> other.read > MB * 3 / 4));
    world.freeze(frozen, true);
    assertTrue(world.runUntil(190, () -> other.read == MB), other.read + " of " + MB);
    world.freeze(frozen, false);
    assertTrue(world.runUntil(10_000, () -> app.done));
  }

  @Test
  void manySmallConnectionsAtOnceFitInRecords() {
    StripeWorld world = new StripeWorld();
    world.addTunnel(100, 5);
    App bulk = world.open(16 * MB); // so that the tunnel is known to be quick
    assertTrue(world.runUntil(10_000, () -> bulk.done));
    long seed = Long.getLong("mptunnel.seed", System.nanoTime());
    Random random = new Random(seed);
    for (int round = 0; round < 8; round++) {
      List<App> apps = new ArrayList<>();
      for (int i = 0; i < 2_000; i++) {
        apps.add(world.open(random.nextInt(100, 300)));
      }
      assertTrue(
          world.runUntil(60_000, () -> apps.stream().allMatch(app -> app.done)),
          "-Dmptunnel.seed=" + seed);
    }
  }

  @Test
  void whatIsToldWaitsForATunnelThatAnswers() {
    StripeWorld world = new StripeWorld();
    int first = world.addTunnel(50, 20);
    int second = world.addTunnel(50, 20);
    App app = world.open(20 * MB);
    world.runFor(1_000);
    world.freeze(first, true);
    world.freeze(second, true);
    world.runFor(1_000);
    App late = world.open(0); // says OPEN and FIN, and nothing else
    world.runFor(1_000);
    world.freeze(second, false);
    assertTrue(world.runUntil(2_000, () -> world.other(late) != null), "it hangs on the dead one");
    assertTrue(world.runUntil(20_000, () -> app.done));
  }

  @Test
  void whatStallsOnTheOnlyTunnelIsNotSentAgain() {
    StripeWorld world = new StripeWorld();
    int only = world.addTunnel(10, 20);
    App app = world.open(4 * MB);
    for (int i = 0; i < 3; i++) {
      world.runFor(300);
      world.freeze(only, true);
      world.runFor(700);
      world.freeze(only, false);
    }
    assertTrue(world.runUntil(20_000, () -> app.done));
    assertEquals(0, world.client.tunnels.get(only).resentBytes());
  }

  @Test
  void readersThatStopHoldUpNobodyAndTakeLittle() {
    StripeWorld world = new StripeWorld();
    world.addTunnel(100, 10);
    world.addTunnel(100, 10);
    world.stops = connection -> connection.id() % 3 == 0;
    List<App> apps = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      apps.add(world.open(500_000));
    }
    assertTrue(
        world.runUntil(
            20_000,
            () -> apps.stream().filter(app -> app.connection.id() % 3 != 0).allMatch(a -> a.done)),
        "at " + world.nowMillis());
    long kept = world.client.striper.keptBytes() + world.server.striper.keptBytes();
    System.out.println(kept / 1024 + " kB kept of 100 stopped, after " + world.nowMillis() + " ms");
    assertTrue(kept < 100 * (100 << 10), kept + "");
    for (App app : apps) {
      App other = world.other(app);
      other.stopped = false;
      other.work();
    }
    world.server.flush();
    assertTrue(world.runUntil(20_000, () -> apps.stream().allMatch(a -> a.done)));
  }

  @Test
  void aResetEndsBothWays() {
    StripeWorld world = new StripeWorld();
    world.addTunnel(10, 20);
    world.accepts = connection -> 10 * MB;
    App app = world.open(10 * MB);
    world.runFor(500);
    app.reset();
    world.runFor(500);
    assertEquals(StreamError.ABORTED, world.other(app).resetCode);
    App second = world.open(MB);
    world.runFor(100);
    assertNotNull(world.other(second));
    world.other(second).reset();
    world.runFor(500);
    assertEquals(StreamError.ABORTED, second.resetCode);
    assertEquals(0, world.client.striper.connections());
    assertEquals(0, world.server.striper.connections());
    assertEquals(0, world.client.striper.keptBytes());
  }
}

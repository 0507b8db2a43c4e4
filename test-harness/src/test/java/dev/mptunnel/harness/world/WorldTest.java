package dev.mptunnel.harness.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.core.Event;
import dev.mptunnel.core.Flow;
import dev.mptunnel.core.Output;
import dev.mptunnel.harness.Seed;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A thousand small worlds, new ones in every run; a failure names its seed. */
class WorldTest {

  private static final int WORLDS = 1_000;
  private static final int PACKETS_TO_PRINT = 200;

  /** With a seed given, only its world, printed packet by packet. */
  @Test
  void worldsKeepTheirPromises() {
    if (System.getProperty(Seed.PROPERTY) != null) {
      World world = new World(Seed.ofRun(), Integer.MAX_VALUE);
      World.Outcome outcome = world.run();
      System.out.println(world.trace() + outcome);
    } else {
      runManyWorlds();
    }
  }

  private static void runManyWorlds() {
    Seed run = Seed.ofRun();
    long submitted = 0;
    long delivered = 0;
    long overtaken = 0;
    long undecided = 0;
    long longestRecoveryNanos = 0;
    Seed slowest = run;
    List<World.Outcome> outcomes =
        IntStream.range(0, WORLDS)
            .parallel()
            .mapToObj(i -> new World(run.part(i), PACKETS_TO_PRINT).run())
            .toList();
    for (int i = 0; i < WORLDS; i++) {
      World.Outcome outcome = outcomes.get(i);
      submitted += outcome.submitted();
      delivered += outcome.delivered();
      overtaken += outcome.overtaken();
      undecided += outcome.undecided();
      if (outcome.recoveryNanos() > longestRecoveryNanos) {
        longestRecoveryNanos = outcome.recoveryNanos();
        slowest = run.part(i);
      }
    }
    System.out.printf(
        "%d worlds: %d datagrams submitted, %d delivered, %d of them late, %d undecided;"
            + " slowest to recover %.1f s (%s)%n",
        WORLDS, submitted, delivered, overtaken, undecided, longestRecoveryNanos / 1e9, slowest);
    assertTrue(delivered > WORLDS * 50L, "the worlds are too quiet to prove anything");
    assertTrue(undecided < delivered / 1_000, "the oracle has no opinion too often");
  }

  @Test
  void theSameSeedIsTheSameWorldBitForBit() {
    Seed run = Seed.ofRun();
    for (int i = 0; i < 20; i++) {
      assertEquals(
          new World(run.part(i), 0).run(), new World(run.part(i), 0).run(), run.part(i).toString());
    }
  }

  @Test
  void theTraceShowsWhatIsInSealedPackets() {
    Seed run = Seed.ofRun();
    String trace = "";
    for (int i = 0; !trace.startsWith("AES"); i++) {
      World world = new World(run.part(i), Integer.MAX_VALUE);
      world.run();
      trace = world.trace();
    }
    assertTrue(trace.contains(" PING ") && trace.contains(" flow "), run.toString());
  }

  /** Canaries: an endpoint that breaks a promise only now and then must be found. */
  enum Sabotage {
    SWALLOWS,
    DELIVERS_TWICE,
    ALTERS,
    SWAPS
  }

  @ParameterizedTest
  @EnumSource
  void aBrokenEndpointIsFound(Sabotage sabotage) {
    Seed run = Seed.ofRun();
    AssertionError error =
        assertThrows(
            AssertionError.class,
            () -> {
              for (int i = 0; i < WORLDS; i++) {
                new World(run.part(i), 5, tamper(sabotage)).run();
              }
            });
    assertTrue(error.getMessage().contains("-Dmptunnel.seed="), error.getMessage());
  }

  private static UnaryOperator<Output> tamper(Sabotage sabotage) {
    return honest ->
        new Output() {
          private int deliveries;
          private Flow keptFlow;
          private ByteBuffer kept;

          @Override
          public void deliver(Flow flow, ByteBuffer payload) {
            if (sabotage == Sabotage.SWAPS) {
              swap(flow, payload);
              return;
            }
            boolean now = ++deliveries % 20 == 0 && payload.hasRemaining();
            if (now && sabotage == Sabotage.ALTERS) {
              payload.put(payload.position(), (byte) ~payload.get(payload.position()));
            }
            if (now && sabotage == Sabotage.DELIVERS_TWICE) {
              honest.deliver(flow, payload.duplicate());
            }
            if (!now || sabotage != Sabotage.SWALLOWS) {
              honest.deliver(flow, payload);
            }
          }

          // Only where that is not seen by when it is delivered.
          private void swap(Flow flow, ByteBuffer payload) {
            if (kept == null && flow.isOrdered() && ++deliveries % 20 == 0) {
              keptFlow = flow;
              kept = ByteBuffer.allocate(payload.remaining()).put(payload).flip();
              return;
            }
            honest.deliver(flow, payload);
            if (kept != null && flow.equals(keptFlow)) {
              honest.deliver(flow, kept);
              kept = null;
            }
          }

          @Override
          public void transmit(int port, InetSocketAddress remote, ByteBuffer packet) {
            honest.transmit(port, remote, packet);
          }

          @Override
          public void event(Event event) {
            honest.event(event);
          }
        };
  }
}

package dev.mptunnel.harness.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.bench.BenchDatagram.Kind;
import java.nio.ByteBuffer;
import java.util.PriorityQueue;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

/** Loads in simulated time, over a system that does as it is told. */
class LoadRunTest {

  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1_000_000_000;
  private static final int BYTES = 200;
  private static final long TRIP_NANOS = MILLI / 2;

  /** When, seen from its arrival there, the system lets a datagram go on; -1 if it is lost. */
  private interface Behaviour {
    long leavesAtNanos(int index, long nowNanos);
  }

  private record Arrival(long atNanos, ByteBuffer datagram) {}

  /** A system, its sink and the way back. */
  private static final class World implements LoadRun.Way {

    private final Behaviour system;
    private final PriorityQueue<Arrival> coming =
        new PriorityQueue<>((a, b) -> Long.compare(a.atNanos, b.atNanos));
    private final Arrivals atSink = new Arrivals();
    private long now = 5 * SECOND;
    private long maxOutstanding;
    private long sent;
    private long told;

    private World(Behaviour system) {
      this.system = system;
    }

    @Override
    public void send(long index, ByteBuffer datagram) {
      ByteBuffer copy = ByteBuffer.allocate(datagram.limit()).put(datagram.duplicate()).flip();
      Kind kind = BenchDatagram.kind(copy);
      long leaves = system.leavesAtNanos((int) index, now);
      if (kind == Kind.QUESTION) {
        report(copy, now);
      } else if (leaves >= 0) {
        sent++;
        maxOutstanding = Math.max(maxOutstanding, sent - told);
        atSink.take((int) index);
        if (kind == Kind.ECHOED) {
          BenchDatagram.turnToEcho(copy, index);
          coming.add(new Arrival(leaves + TRIP_NANOS, copy));
        } else if (kind == Kind.REPORTED && atSink.distinct() % 64 == 0) {
          report(copy, leaves);
        }
      }
    }

    private void report(ByteBuffer asked, long leaves) {
      ByteBuffer report = ByteBuffer.allocate(BenchDatagram.MIN_BYTES);
      BenchDatagram.write(report, 0, Kind.REPORT, BenchDatagram.run(asked), 0, 0);
      BenchDatagram.writeCounts(report, atSink.distinct(), atSink.duplicates());
      coming.add(new Arrival(leaves + TRIP_NANOS, report));
    }

    @Override
    public void flush() {}

    private Outcome run(Load load) {
      LoadRun run = new LoadRun(load, 7, 0, this, now);
      long next = run.advance(now);
      while (next != Long.MAX_VALUE) {
        Arrival first = coming.peek();
        if (first != null && first.atNanos <= next) {
          now = Math.max(now, first.atNanos);
          if (BenchDatagram.kind(first.datagram) == Kind.REPORT) {
            told = BenchDatagram.distinct(first.datagram);
          }
          run.onDatagram(coming.remove().datagram, now);
        } else {
          now = Math.max(now + 1_000, next); // sending takes time, too
        }
        next = run.advance(now);
      }
      return run.outcome();
    }
  }

  private static void assertNear(long expected, long actual, long within) {
    assertTrue(Math.abs(expected - actual) <= within, "expected " + expected + ", not " + actual);
  }

  @Test
  void whatIsSentOnTimeAndComesBackHasTheTripsLatency() {
    Outcome outcome = new World((_, now) -> now).run(Load.echoed(10_000, SECOND, BYTES));
    assertEquals(10_000, outcome.sent());
    assertEquals(0, outcome.lost());
    assertNear(TRIP_NANOS, outcome.latency().getValueAtPercentile(99.9), TRIP_NANOS / 50);
    assertEquals(1e4, outcome.perSecond(), 20);
  }

  /**
   * A system that stands still for 100 ms out of one second: of 1,000 datagrams 100 have waited, 50
   * of them longer than 50 ms. One who sends the next only after the last has come would have seen
   * a single one.
   */
  @Test
  void allThatWasDueInAStallHasWaited() {
    long stallEnds = 5 * SECOND + 400 * MILLI;
    World world =
        new World((_, now) -> now >= stallEnds - 100 * MILLI && now < stallEnds ? stallEnds : now);
    Histogram latency = world.run(Load.echoed(1_000, SECOND, BYTES)).latency();
    assertEquals(1_000, latency.getTotalCount());
    assertNear(50, latency.getCountBetweenValues(50 * MILLI, SECOND), 2);
    assertNear(100 * MILLI, latency.getMaxValue(), 1 * MILLI);
    assertNear(90 * MILLI, latency.getValueAtPercentile(99), 2 * MILLI);
  }

  /** The generator's own stall counts as well: latency is from when a datagram was due. */
  @Test
  void whatTheGeneratorSendsLateWasDueInTime() {
    World[] world = new World[1];
    world[0] =
        new World(
            (index, now) -> {
              if (index == 100) {
                world[0].now += 200 * MILLI; // as if the machine had stopped
              }
              return now;
            });
    Outcome outcome = world[0].run(Load.echoed(1_000, SECOND, BYTES));
    assertEquals(0, outcome.lost());
    assertNear(200 * MILLI, outcome.lag().getMaxValue(), 2 * MILLI);
    assertNear(100, outcome.latency().getCountBetweenValues(100 * MILLI, SECOND), 2);
    assertNear(SECOND, outcome.sendingNanos(), 2 * MILLI);
  }

  @Test
  void whatIsLostIsCountedAndHasNoLatency() {
    World world = new World((index, now) -> index % 10 == 3 ? -1 : now);
    Outcome echoed = world.run(Load.echoed(1_000, SECOND, BYTES));
    assertEquals(100, echoed.lost());
    assertEquals(900, echoed.latency().getTotalCount());
    World other = new World((index, now) -> index % 10 == 3 ? -1 : now);
    assertEquals(100, other.run(Load.counted(1_000, SECOND, BYTES)).lost());
  }

  @Test
  void aWindowIsNeverExceededAndKeepsTheSystemBusy() {
    World world = new World((_, now) -> now);
    Outcome outcome = world.run(Load.saturating(SECOND / 10, BYTES));
    assertTrue(world.maxOutstanding <= Load.WINDOW, "outstanding " + world.maxOutstanding);
    assertTrue(world.maxOutstanding > Load.WINDOW / 2, "outstanding " + world.maxOutstanding);
    assertEquals(0, outcome.lost());
    assertTrue(outcome.sent() > 10_000, "sent " + outcome.sent());
  }

  @Test
  void aWindowWaitsNoLongerForWhatIsLost() {
    World world = new World((index, now) -> index < 2 * Load.WINDOW ? -1 : now);
    Outcome outcome = world.run(Load.saturating(SECOND, BYTES));
    assertEquals(2 * Load.WINDOW, outcome.lost());
    assertTrue(outcome.arrived() > 10_000, "arrived " + outcome.arrived());
  }

  @Test
  void aGeneratorThatCannotKeepUpIsTold() {
    World[] world = new World[1];
    world[0] =
        new World(
            (_, now) -> {
              world[0].now += MILLI; // 1,000 a second is all that it does
              return now;
            });
    Load load = Load.counted(1_500, SECOND, BYTES);
    Outcome outcome = world[0].run(load);
    assertEquals(1_500, outcome.sent());
    assertTrue(!outcome.keptUp(load), "sent in " + outcome.sendingNanos());
  }
}

package dev.mptunnel.core;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.core.PairWorld.Mode;
import dev.mptunnel.core.PairWorld.Side;
import dev.mptunnel.wire.DataFrames;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The order of a flow at a server, to which frames come as if out of packets. */
class FlowOrderTest {

  private static final int FIRST = DataFrames.SEQUENCES - 2;

  private final PairWorld world = new PairWorld(3, Mode.SEALED);
  private final List<String> sent = new ArrayList<>();
  private Session session;
  private Epoch epoch;
  private long counter;

  @BeforeEach
  void open() {
    world.runFor(1_000);
    session = world.server.endpoint.sessions().getFirst();
    epoch = session.epochs().current();
    counter = epoch.window().highest() + 1;
    arrive(0, 0);
  }

  /** A packet with the datagram of this place in the flow. */
  private void arrive(int place, long skippedCounters) {
    counter += skippedCounters;
    String text = "7:" + place;
    sent.add(text);
    ByteBuffer frames = ByteBuffer.allocate(100);
    int sequence = FIRST + place & DataFrames.SEQUENCES - 1;
    int time = DataFrames.time(world.now());
    DataFrames.putOrdered(frames, 7, sequence, time, StandardCharsets.UTF_8.encode("" + place));
    epoch.window().take(counter);
    session.repair().onFirst(world.now(), epoch, counter, session.path(0), 100);
    assertTrue(session.onData(world.now(), epoch, counter, session.path(0), 0, frames.flip()));
    session.onArrivals(world.now());
    counter++;
    world.server.endpoint.check(world.now(), session); // it is called again when that is due
    world.server.endpoint.onTimer(world.now());
  }

  private List<String> delivered() {
    return world.server.delivered;
  }

  private static List<String> places(int... places) {
    List<String> texts = new ArrayList<>();
    for (int place : places) {
      texts.add("7:" + place);
    }
    return texts;
  }

  @Test
  void whatComesInOrderWaitsForNothingAndNumbersGoRound() {
    for (int place = 1; place < 10; place++) {
      arrive(place, 0);
      assertEquals(sent, delivered());
    }
    assertEquals(0, session.report().repair().held());
  }

  @Test
  void whatComesBehindAHoleWaitsUntilItIsFilled() {
    arrive(2, 1);
    arrive(3, 0);
    world.runFor(1);
    assertEquals(places(0), delivered());
    counter -= 3;
    arrive(1, 0);
    assertEquals(places(0, 1, 2, 3), delivered());
    assertEquals(2, session.report().repair().held());
  }

  @Test
  void whatCannotComeIsNotWaitedFor() {
    arrive(2, 0); // no packet is missing that could bring number 1
    assertEquals(places(0, 2), delivered());
  }

  @Test
  void aHoleThatIsNotFilledIsGivenUpInTime() {
    arrive(2, 1);
    world.runFor(300);
    assertEquals(places(0, 2), delivered());
    counter -= 2;
    arrive(1, 0);
    assertEquals(places(0, 2, 1), delivered());
    assertEquals(1, session.report().repair().late());
  }

  @Test
  void whatWaitedLeavesAFewAtATime() {
    for (int place = 2; place < 102; place++) {
      arrive(place, place == 2 ? 1 : 0);
      world.runFor(0);
      if (place % 2 == 0) {
        world.runFor(1);
      }
    }
    int before = delivered().size();
    counter -= 101;
    arrive(1, 0);
    assertTrue(delivered().size() - before <= 16, delivered().size() - before + " at once");
    counter += 100;
    for (int place = 102; place < 125; place++) {
      arrive(place, 0);
      world.runFor(1);
    }
    assertEquals(125, delivered().size());
    assertEquals(places(0, 1, 2, 3), delivered().subList(0, 4));
    assertEquals("7:124", delivered().getLast());
  }

  @Test
  void aPeerThatBeginsAnewIsFollowed() {
    arrive(2, 1);
    arrive(1_000_000, 0);
    assertEquals(places(0, 2, 1_000_000), delivered());
    arrive(1_000_001, 0);
    arrive(-1_000_000, 0);
    arrive(-999_999, 0);
    assertEquals(6, delivered().size());
    assertEquals(0, session.report().repair().late());
    arrive(-999_997, 1);
    assertEquals(6, delivered().size(), "what is behind a hole waits again");
  }

  /** The same of 60,000 bytes. */
  private void arriveLarge(int place) {
    ByteBuffer frames = ByteBuffer.allocate(61_000);
    int sequence = FIRST + place & DataFrames.SEQUENCES - 1;
    DataFrames.putOrdered(frames, 7, sequence, 0, ByteBuffer.allocate(60_000));
    epoch.window().take(counter);
    session.repair().onFirst(world.now(), epoch, counter, session.path(0), 100);
    assertTrue(session.onData(world.now(), epoch, counter++, null, 0, frames.flip()));
    session.onArrivals(world.now());
    world.server.endpoint.check(world.now(), session);
    assertTrue(world.server.endpoint.heldBytes() <= CoreLimits.HELD_BYTES_PER_SESSION);
  }

  @Test
  void noMoreWaitsThanMay() {
    counter++;
    for (int place = 2; place < 200; place++) {
      arriveLarge(place);
    }
    assertTrue(delivered().size() >= 1 + 198 - 69, delivered().size() + " delivered");
    assertTrue(delivered().size() < 1 + 198 - 60, delivered().size() + " delivered");
    world.runFor(1_000);
    assertEquals(1 + 198, delivered().size());
    assertEquals(0, world.server.endpoint.heldBytes());
  }

  @Test
  void whereThereIsNoRoomWhatMayGoFirstDoes() {
    counter++;
    for (int place = 200; place < 269; place++) {
      arriveLarge(place);
    }
    assertEquals(1, delivered().size());
    long held = world.server.endpoint.heldBytes();
    arriveLarge(100);
    assertEquals(2, delivered().size());
    assertEquals(held, world.server.endpoint.heldBytes());
    assertEquals(0, session.report().repair().late());
  }

  @Test
  void aSessionThatEndsDeliversWhatWaits() {
    arrive(2, 1);
    session.onClosed(world.now(), DataFrames.CLOSE_NORMAL);
    assertEquals(places(0, 2), delivered());
    assertEquals(0, world.server.endpoint.heldBytes());
  }

  @Test
  void aFlowThatDoesNotWantItsOrderWaitsForNothing() {
    world.lose(0, Side.CLIENT, 0.5);
    world.lose(1, Side.CLIENT, 0.5);
    world.lose(2, Side.CLIENT, 0.5);
    Flow flow = world.client.endpoint.openFlow(world.now(), world.session, null, false);
    world.exchange(flow, 500);
    world.runFor(500);
    assertEquals(0, session.report().repair().held());
    assertTrue(session.report().repair().repaired() > 30);
  }
}

package dev.mptunnel.harness.link;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.Seed;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Frequencies within five sigma: one false alarm in two million checks. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LinkModelTest {

  private static final int PACKETS = 200_000;
  private static final long MILLI = 1_000_000;
  private static final long SECOND = 1_000 * MILLI;

  private final Seed seed = Seed.ofRun();

  private record Copy(int packet, long sentNanos, long atNanos, boolean intact) {
    long delayNanos() {
      return atNanos - sentNanos;
    }
  }

  private LinkModel link(String properties) {
    return new LinkModel(LinkProperties.parse(properties), seed.generator(), 0);
  }

  /** Offers 1,000-byte packets this far apart, and returns the copies in the order of offering. */
  private List<Copy> offer(LinkModel link, int packets, long apartNanos) {
    List<Copy> copies = new ArrayList<>();
    for (int i = 0; i < packets; i++) {
      int packet = i;
      long now = i * apartNanos;
      link.offer(
          now,
          1_000,
          (at, corruption) -> copies.add(new Copy(packet, now, at, corruption == Corruption.NONE)));
    }
    return copies;
  }

  private void assertFrequency(double expected, long events, long trials) {
    assertFrequency(expected, events, trials, 1);
  }

  private void assertFrequency(double expected, long events, long trials, double inflation) {
    double sigma = Math.sqrt(inflation * trials * expected * (1 - expected));
    double off = Math.abs(events - expected * trials) / sigma;
    assertTrue(off < 5, events + " of " + trials + " is " + off + " sigma off; " + seed);
  }

  @Test
  void aPerfectLinkDeliversEverythingAtOnce() {
    LinkModel link = link("");
    for (Copy copy : offer(link, 100, MILLI)) {
      assertEquals(0, copy.delayNanos());
      assertTrue(copy.intact());
    }
    assertEquals(new LinkCounters(100, 100, 0, 0, 0, 0, 0, 0, 0), link.counters());
  }

  @Test
  void independentLossHasItsMeanAndNoMemory() {
    LinkModel link = link("loss=20%");
    List<Copy> copies = offer(link, PACKETS, 1);
    assertFrequency(0.2, link.counters().lost(), PACKETS);
    assertEquals(PACKETS - link.counters().lost(), copies.size());

    long afterArrival = 0;
    for (int i = 1; i < copies.size(); i++) {
      afterArrival += copies.get(i).packet == copies.get(i - 1).packet + 1 ? 0 : 1;
    }
    assertFrequency(0.2, afterArrival, copies.size() - 1);
  }

  @Test
  void burstsHaveTheirMeanLengthAndTheSameMeanLoss() {
    double loss = 0.2;
    double burst = 8;
    LinkModel link = link("loss=20% burst=8");
    List<Copy> copies = offer(link, PACKETS, 1);
    double memory = 1 - 1 / burst - loss / (1 - loss) / burst;
    long lost = link.counters().lost();
    assertFrequency(loss, lost, PACKETS, (1 + memory) / (1 - memory));

    long bursts = 0;
    for (int i = 1; i < copies.size(); i++) {
      bursts += copies.get(i).packet == copies.get(i - 1).packet + 1 ? 0 : 1;
    }
    assertFrequency(1 / burst, bursts, lost);
  }

  @Test
  void jitterVariesTheDelayEvenlyAndKeepsTheOrderUnlessToldOtherwise() {
    List<Copy> ordered = offer(link("delay=30ms jitter=5ms"), PACKETS, MILLI);
    List<Copy> unordered = offer(link("delay=30ms jitter=5ms unordered"), PACKETS, MILLI);

    long overtaken = 0;
    for (int i = 1; i < PACKETS; i++) {
      assertTrue(ordered.get(i).atNanos >= ordered.get(i - 1).atNanos, seed.toString());
      overtaken += unordered.get(i).atNanos < unordered.get(i - 1).atNanos ? 1 : 0;
    }
    // Two even draws of a width of 10 ms that differ by more than the 1 ms between the packets.
    assertFrequency(0.9 * 0.9 / 2, overtaken, PACKETS - 1);

    long early = unordered.stream().filter(copy -> copy.delayNanos() < 27 * MILLI).count();
    assertFrequency(0.2, early, PACKETS);
    assertTrue(
        unordered.stream()
            .allMatch(c -> c.delayNanos() >= 25 * MILLI && c.delayNanos() <= 35 * MILLI));
  }

  @Test
  void heldBackPacketsAreOvertakenAndHoldNobodyUp() {
    LinkModel link = link("delay=30ms reorder=1%");
    List<Copy> copies = offer(link, PACKETS, MILLI);
    assertFrequency(0.01, link.counters().heldBack(), PACKETS);
    assertEquals(
        link.counters().heldBack(),
        copies.stream().filter(copy -> copy.delayNanos() == 40 * MILLI).count());
    assertEquals(
        PACKETS - link.counters().heldBack(),
        copies.stream().filter(copy -> copy.delayNanos() == 30 * MILLI).count());
  }

  @Test
  void duplicatesComeOnceMoreAndAreCounted() {
    LinkModel link = link("dup=5%");
    int copies = offer(link, PACKETS, MILLI).size();
    assertFrequency(0.05, link.counters().duplicates(), PACKETS);
    assertEquals(PACKETS + link.counters().duplicates(), copies);
    assertEquals(PACKETS, link.counters().delivered());
  }

  @Test
  void aPacketIsLostToCorruptionOnlyIfNoCopyStayedIntact() {
    LinkModel link = link("dup=50% corrupt=10%");
    List<Copy> copies = offer(link, PACKETS, MILLI);
    assertFrequency(0.5 * 0.1 + 0.5 * 0.01, link.counters().corrupted(), PACKETS);
    assertEquals(
        link.counters().delivered(),
        copies.stream().filter(Copy::intact).mapToInt(Copy::packet).distinct().count());
  }

  @Test
  void corruptionAlwaysChangesOneToThreeBitsAndDoesItAgain() {
    for (int i = 0; i < 10_000; i++) {
      long corruption = seed.part(i).value() | 1;
      byte[] original = new byte[1 + i % 9];
      byte[] once = original.clone();
      Corruption.apply(ByteBuffer.wrap(once), corruption);
      byte[] again = original.clone();
      Corruption.apply(ByteBuffer.wrap(again), corruption);

      int flipped = 0;
      for (byte b : once) {
        flipped += Integer.bitCount(b & 0xff);
      }
      assertTrue(flipped >= 1 && flipped <= 3, flipped + " bits; " + seed);
      assertTrue(Arrays.equals(once, again));
    }
    Corruption.apply(ByteBuffer.allocate(0), 1);
  }

  @Test
  void theRateSpacesPacketsOutAndTheQueueDropsWhatWouldWaitTooLong() {
    // 1,000 bytes at 8 Mbit/s take 1 ms; they come twice as fast.
    LinkModel link = link("rate=8mbit queue=20ms");
    List<Copy> copies = offer(link, 1_000, MILLI / 2);
    for (int i = 1; i < copies.size(); i++) {
      assertEquals(MILLI, copies.get(i).atNanos - copies.get(i - 1).atNanos);
    }
    assertTrue(copies.stream().allMatch(copy -> copy.delayNanos() <= 21 * MILLI));
    assertEquals(1_000 - copies.size(), link.counters().queueFull());
    // Half a second of line and a full queue; give or take one.
    assertEquals(521, copies.size(), 1);
  }

  @Test
  void blackoutsComeByTheClockAndByHand() {
    // 12 packets before each blackout, 4 in it.
    List<Copy> copies = offer(link("down=3s+1s"), 32, SECOND / 4);
    assertEquals(
        IntStream.range(0, 32).filter(i -> i % 16 < 12).boxed().toList(),
        copies.stream().map(Copy::packet).toList());

    LinkModel byHand = link("");
    byHand.setDown(true);
    assertEquals(Verdict.DOWN, byHand.offer(0, 1, (at, corruption) -> {}));
    byHand.setDown(false);
    assertEquals(Verdict.DELIVERED, byHand.offer(0, 1, (at, corruption) -> {}));
  }

  @Test
  void whatIsOverTheMtuIsDroppedWithTheHeadersThatComeToIt() {
    LinkModel udp = link("mtu=1400");
    assertEquals(Verdict.DELIVERED, udp.offer(0, 1_372, (at, corruption) -> {}));
    assertEquals(Verdict.TOO_BIG, udp.offer(0, 1_373, (at, corruption) -> {}));
    LinkModel ip = LinkModel.ofIpPackets(udp.properties(), seed.generator(), 0);
    assertEquals(Verdict.DELIVERED, ip.offer(0, 1_400, (at, corruption) -> {}));
    assertEquals(Verdict.TOO_BIG, ip.offer(0, 1_401, (at, corruption) -> {}));
    assertEquals(new LinkCounters(2, 1, 1, 0, 0, 0, 0, 0, 0), ip.counters());
  }

  @Test
  void burstsOfATimeLastThatLongAndAreTheSameForWhoSharesThem() {
    LinkModel leader = link("loss=20% burst=40ms");
    LinkModel follower = link("with=1");
    follower.follow(leader);
    long lost = 0;
    long bursts = 0;
    boolean before = false;
    for (int i = 0; i < PACKETS; i++) {
      // Ten of the one, then ten of the other, as a sender of batches has it.
      boolean first = i / 10 % 2 == 0;
      long now = i / 10 * MILLI;
      LinkModel link = first ? leader : follower;
      boolean isLost = !link.offer(now, 1_000, (at, corruption) -> {}).delivered();
      lost += isLost ? 1 : 0;
      bursts += isLost && !before ? 1 : 0;
      before = isLost;
    }
    // Of 20 s, 4 in bursts of 40 ms; the variance of such a chain's time in one state.
    double sigma = Math.sqrt(2 * 0.04 * 0.2 * 0.8 * 0.8 * 20) / 20;
    assertEquals(0.2, lost / (double) PACKETS, 5 * sigma, seed.toString());
    assertEquals(100, (double) bursts, 5 * Math.sqrt(100), seed.toString());
  }

  @Test
  void twoLinksOfOneFateLoseTheSamePackets() {
    LinkModel leader = link("loss=20% burst=8");
    LinkModel follower = link("with=1");
    follower.follow(leader);
    LinkModel other = new LinkModel(leader.properties(), seed.part(2).generator(), 0);
    long both = 0;
    for (int i = 0; i < PACKETS; i++) {
      boolean lost = !leader.offer(i, 1_000, (at, corruption) -> {}).delivered();
      assertEquals(lost, !follower.offer(i, 1_000, (at, corruption) -> {}).delivered());
      both += lost && !other.offer(i, 1_000, (at, corruption) -> {}).delivered() ? 1 : 0;
    }
    assertTrue(both > 0 && both < leader.counters().lost() / 2, "another chain is no such twin");
  }

  @Test
  void aChangedLinkTreatsWhatComesNextOtherwiseAndIsNotOvertaken() {
    LinkModel link = link("delay=30ms");
    List<Long> arrivals = new ArrayList<>();
    link.offer(0, 1_000, (at, corruption) -> arrivals.add(at));
    link.change(LinkProperties.parse("delay=10ms"), MILLI);
    link.offer(MILLI, 1_000, (at, corruption) -> arrivals.add(at));
    link.offer(40 * MILLI, 1_000, (at, corruption) -> arrivals.add(at));
    assertEquals(List.of(30 * MILLI, 30 * MILLI, 50 * MILLI), arrivals);
    link.change(LinkProperties.parse("loss=100%"), 41 * MILLI);
    assertEquals(Verdict.LOST, link.offer(41 * MILLI, 1_000, (at, corruption) -> {}));
  }

  @Test
  void theSameSeedGivesTheSameFates() {
    String properties = "loss=20% burst=3 delay=9ms jitter=9ms reorder=5% dup=5% corrupt=5%";
    assertEquals(offer(link(properties), 10_000, MILLI), offer(link(properties), 10_000, MILLI));
  }
}

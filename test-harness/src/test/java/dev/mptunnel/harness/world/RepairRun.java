package dev.mptunnel.harness.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.core.EndpointSettings.KeySettings;
import dev.mptunnel.core.EndpointSettings.RepairSettings;
import dev.mptunnel.core.Event;
import dev.mptunnel.core.RepairReport;
import dev.mptunnel.core.Session;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.link.LinkProperties;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/**
 * Streams of datagrams of 1,200 bytes, one each millisecond, over bad lines whose ends know each
 * other already, and what came of them.
 */
final class RepairRun {

  private static final int PAYLOAD_BYTES = 1_200;
  private static final int MTU_BYTES = 1_500;
  private static final int WARM_UP_MILLIS = 60_000;
  private static final int WARM_UP_STEP_MILLIS = 5;
  private static final int QUIET_MILLIS = 5_000;

  private final Seed seed;
  private final LetThrough letThrough = new LetThrough();
  private final SimPair pair;
  private final long bytesBefore;
  private final List<RepairReport> before;

  /** Of a pair with one flow; nothing is under way, and nothing has been counted yet. */
  RepairRun(Seed seed, KeySettings keys, RepairSettings repair, boolean ordered, String... lines) {
    this.seed = seed;
    List<LinkProperties> links = Stream.of(lines).map(LinkProperties::parse).toList();
    pair =
        new SimPair(
            seed,
            new SimPair.Layout(keys, repair, links, List.of(ordered), PAYLOAD_BYTES, MTU_BYTES),
            letThrough);
    getToKnow();
    pair.idle(QUIET_MILLIS);
    letThrough.start(pair);
    pair.up().begin();
    pair.down().begin();
    bytesBefore = bytes(pair);
    before = reports();
  }

  /** With keys as the programs have them. */
  RepairRun(Seed seed, RepairSettings repair, boolean ordered, String... lines) {
    this(seed, KeySettings.DEFAULT, repair, ordered, lines);
  }

  /** Less than the streams are, so that no line is too narrow for it. */
  private void getToKnow() {
    for (int millis = 0; !isKnown(); millis += WARM_UP_STEP_MILLIS) {
      assertTrue(millis < WARM_UP_MILLIS, () -> "the ends do not know all paths, " + seed);
      pair.exchange(1);
      pair.idle(WARM_UP_STEP_MILLIS - 1);
    }
  }

  private boolean isKnown() {
    return pair.session().isOpen()
        && !pair.server().endpoint().sessions().isEmpty()
        && pair.serverSession().report().paths().size() == pair.paths()
        && !pair.down().delivered().isEmpty();
  }

  private static long bytes(SimPair pair) {
    return pair.client().sentBytes() + pair.server().sentBytes();
  }

  SimPair pair() {
    return pair;
  }

  /** Up only, for so long, and then silence until nothing is under way. */
  RepairRun send(long millis) {
    pair.send(millis);
    return settle();
  }

  /** Both ways, for so long, and then silence until nothing is under way. */
  RepairRun exchange(long millis) {
    pair.exchange(millis);
    return settle();
  }

  /** Silence until nothing is under way, and nothing may wait for anything any more. */
  RepairRun settle() {
    pair.idle(QUIET_MILLIS);
    return this;
  }

  int sent() {
    return pair.up().sent() - pair.up().begun() + pair.down().sent() - pair.down().begun();
  }

  int lost() {
    return pair.up().lost() + pair.down().lost();
  }

  int overtaken() {
    return pair.up().overtaken() + pair.down().overtaken();
  }

  /** Of all packets on all lines, as UDP payloads. */
  long bytes() {
    return bytes(pair) - bytesBefore;
  }

  /** How many bytes more than in this run there were, in per cent. */
  double extraBytesPercent(RepairRun without) {
    return 100.0 * (bytes() - without.bytes()) / without.bytes();
  }

  /** How much later than the least that the paths take what went up came, in milliseconds. */
  double addedMillis(double percentile) {
    Histogram micros = pair.up().addedMicros();
    return micros.getTotalCount() == 0 ? 0 : micros.getValueAtPercentile(percentile) / 1e3;
  }

  /** What each end's session has done, in all. */
  List<RepairReport> reports() {
    return Stream.of(pair.session(), pair.serverSession())
        .map(Session::report)
        .map(report -> report.repair())
        .toList();
  }

  /** How many of flows that want their order came late, as both ends' sessions say. */
  long late() {
    return since(RepairReport::late);
  }

  /** How many were asked for that came by themselves. */
  long needless() {
    return since(RepairReport::needless);
  }

  private long since(ToLongFunction<RepairReport> figure) {
    return reports().stream().mapToLong(figure).sum() - before.stream().mapToLong(figure).sum();
  }

  /** The share of all that both ends sent that repair took, in per cent. */
  double spentPercent() {
    return 100.0 * since(RepairReport::spentBytes) / since(RepairReport::sentBytes);
  }

  /** Why either end has stepped back, each time that it told of it. */
  List<Event.SteppingBack> steppedBack() {
    List<Event.SteppingBack> reasons = new ArrayList<>();
    for (SimPair.End end : List.of(pair.client(), pair.server())) {
      end.events(Event.RepairSteppedBack.class).forEach(event -> reasons.add(event.reason()));
    }
    return reasons;
  }

  /**
   * Each datagram of which a line let a copy through, a first one or one sent again, was delivered,
   * once, and none that was not: nothing waits for ever.
   */
  void assertExactlyWhatCameWasDelivered() {
    assertExactly(letThrough.up(), pair.up(), "up");
    assertExactly(letThrough.down(), pair.down(), "down");
  }

  private void assertExactly(BitSet arrived, SimPair.Stream stream, String direction) {
    BitSet other = (BitSet) arrived.clone();
    other.xor(stream.delivered());
    assertEquals(0, other.cardinality(), () -> direction + ": arrived, not delivered, " + seed);
    assertEquals(0, stream.deliveredAgain(), () -> direction + ": delivered again, " + seed);
  }

  /** The figures, on one line. */
  String words() {
    return String.format(
        Locale.ROOT,
        "%d of %d lost (%.4f %%), %d overtaken (%d late), added ms p50 %.2f p99 %.2f p99.9 %.2f max"
            + " %.2f, repair %.2f %% of the bytes%s",
        lost(),
        sent(),
        100.0 * lost() / sent(),
        overtaken(),
        late(),
        addedMillis(50),
        addedMillis(99),
        addedMillis(99.9),
        addedMillis(100),
        spentPercent(),
        steppedBack().isEmpty() ? "" : ", stepped back: " + steppedBack());
  }
}

package dev.mptunnel.stream;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One TCP connection between the ends of a session, as the {@link Striper} of one end sees it: what
 * is under way on it, and how quickly it brings that.
 */
public final class Tunnel {

  private static final long NEVER = Long.MAX_VALUE;

  /** Assumed where nothing has been measured. */
  private static final long FIRST_RESPONSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  /** The least response, and the highest rate, count of so many spells. */
  private static final int SPELLS = 4;

  /** So long are those of the response; those of the rate as long as so many round trips. */
  private static final long SPELL_NANOS = TimeUnit.MILLISECONDS.toNanos(2_500);

  private static final double RATE_SPELL_ROUNDS = 2.5;
  private static final long LEAST_RATE_SPELL_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

  /** What has taken nothing for so long has run empty, though it takes something again. */
  private static final long IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  /** So much may be under way whatever has been measured. */
  private static final int FIRST_FULL_BYTES = 128 << 10;

  /** A heap counts for what the line brings in so many round trips, at most. */
  private static final int MOST_HEAP_ROUNDS = 2;

  /** So long, and for so many bytes, what came is not answered yet. */
  private static final long MOST_GOT_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

  private static final int MOST_UNGOT_BYTES = 64 << 10;

  /** What was measured is as good as new for so long. */
  private static final long FRESH_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final int LEAST_CHUNK_BYTES = 1_400;

  /** A chunk takes about so long to send, so that the end of a transfer is no cliff. */
  private static final long CHUNK_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

  /** What a record that is under way carries. */
  static final class Load {
    private final long sentNanos;
    private final long deliveredThen;
    private final long deliveredNanosThen;
    private final long lastDeliveredSentNanosThen;
    private final boolean isTunnelFull;
    private final List<Chunk> chunks = new ArrayList<>(1);
    private final List<Runnable> lostControls = new ArrayList<>(1);
    private final List<Runnable> arrivedControls = new ArrayList<>(1);
    private int bytes;
    private long records = 1;
    private boolean isAnswered;
    private boolean isLost;

    private Load(long now, Tunnel tunnel) {
      sentNanos = now;
      deliveredThen = tunnel.delivered;
      deliveredNanosThen = tunnel.underWayBytes == 0 ? now : tunnel.deliveredNanos;
      lastDeliveredSentNanosThen = tunnel.underWayBytes == 0 ? now : tunnel.lastDeliveredSentNanos;
      isTunnelFull = !tunnel.hasIdled(now) && tunnel.busySinceNanos <= deliveredNanosThen;
    }

    void add(Chunk chunk) {
      isAnswered = true;
      chunks.add(chunk);
    }

    /** What to do when it has arrived, or is lost. */
    void add(Runnable arrived, Runnable lost) {
      isAnswered = true;
      arrivedControls.add(arrived);
      lostControls.add(lost);
    }
  }

  private final int id;
  private final ArrayDeque<Load> underWay = new ArrayDeque<>();
  private final long[] leastResponse = new long[SPELLS];
  private final double[] highestRate = new double[SPELLS];
  private final double[] rateAtLeast = new double[SPELLS];
  private final double[] largestHeap = new double[SPELLS];
  private int spell;
  private long spellEndsNanos;
  private int rateSpell;
  private long rateSpellEndsNanos;
  private long smoothedNanos;
  private long variationNanos;
  private long underWayBytes;
  private long delivered;
  private long deliveredNanos;
  private long heapSinceNanos;
  private long heapBytes;
  private long lastDeliveredSentNanos;
  private long recordsSent;
  private long recordsGot;
  private long recordsReceived;
  private long gotNanos = NEVER;
  private long ungotBytes;
  private long measuredNanos;
  private long pingNanos;
  private boolean writable = true;
  private long writableNanos;
  private long busySinceNanos = NEVER;
  private boolean stalled;
  private long resentBytes;
  private Object attachment;
  private long idleSinceNanos = NEVER;
  private long idleNanos;

  /**
   * A tunnel of which nothing is known.
   *
   * @param id that no other tunnel of the session has or had
   */
  Tunnel(int id, long now) {
    this.id = id;
    deliveredNanos = now;
    measuredNanos = now - FRESH_NANOS;
    pingNanos = now - FRESH_NANOS;
    Arrays.fill(leastResponse, NEVER);
  }

  /** What both ends call it. */
  public int id() {
    return id;
  }

  /** What whoever drives the striper keeps with it. */
  public Object attachment() {
    return attachment;
  }

  /** Keeps something with it; null for nothing. */
  public void attach(Object kept) {
    attachment = kept;
  }

  // --- what is sent ---

  /** A record is begun. */
  Load begin(long now) {
    return new Load(now, this);
  }

  /** A record of so many bytes goes out. */
  void send(long now, Load record, int bytes) {
    recordsSent++;
    Load last = underWay.peekLast();
    if (!record.isAnswered && last != null && !last.isAnswered) {
      last.records++; // what only answers is not answered by itself
      return;
    }
    record.bytes = record.isAnswered ? bytes : 0;
    underWay.add(record);
    underWayBytes += record.bytes;
    if (isFull()) {
      noteBusy(now);
    }
  }

  /**
   * The peer has so many records.
   *
   * @param arrived is given the chunks that are among them
   * @return false if there are not so many
   */
  boolean onGot(long now, long records, Consumer<Chunk> arrived) {
    if (records > recordsSent) {
      return false;
    }
    Load last = null;
    boolean wasFull = isFull();
    long deliveredBefore = delivered;
    for (; recordsGot < records; recordsGot++) {
      last = underWay.getFirst();
      if (--last.records > 0) {
        continue;
      }
      underWay.removeFirst();
      underWayBytes -= last.bytes;
      delivered += last.bytes;
      last.chunks.forEach(arrived);
      last.arrivedControls.forEach(Runnable::run);
    }
    if (last != null) {
      stalled = false;
      measure(now, last);
      noteHeap(now, delivered - deliveredBefore);
      deliveredNanos = now;
      lastDeliveredSentNanos = last.sentNanos;
    }
    if (wasFull && !isFull()) {
      writableNanos = now;
    }
    return true;
  }

  /** Whether the peer does not say what it has. */
  boolean isOverfull() {
    return underWay.size() > StreamLimits.RECORDS_UNDER_WAY;
  }

  private void measure(long now, Load last) {
    if (!last.isAnswered) {
      return;
    }
    if (now >= spellEndsNanos) {
      spellEndsNanos = now + SPELL_NANOS;
      spell = (spell + 1) % SPELLS;
      leastResponse[spell] = NEVER;
    }
    measuredNanos = now;
    long response = Math.max(1, now - last.sentNanos);
    leastResponse[spell] = Math.min(leastResponse[spell], response);
    if (smoothedNanos == 0) {
      smoothedNanos = response;
      variationNanos = response / 2;
    } else { // RFC 6298, section 2
      variationNanos += (Math.abs(smoothedNanos - response) - variationNanos) / 4;
      smoothedNanos += (response - smoothedNanos) / 8;
    }
    // As in draft-cheng-iccrg-delivery-rate-estimation; by what was not held back it is too low.
    // Answers that come in a heap, as behind a loss, do not make it higher than what was sent.
    long answering = now - last.deliveredNanosThen;
    long sending = last.sentNanos - last.lastDeliveredSentNanosThen;
    double rate =
        (delivered - last.deliveredThen) * 1e9 / Math.max(1, Math.max(answering, sending));
    if (last.isTunnelFull) {
      if (now >= rateSpellEndsNanos) {
        rateSpellEndsNanos = now + rateSpellNanos();
        rateSpell = (rateSpell + 1) % SPELLS;
        highestRate[rateSpell] = 0;
        rateAtLeast[rateSpell] = 0;
        largestHeap[rateSpell] = 0;
      }
      highestRate[rateSpell] = Math.max(highestRate[rateSpell], rate);
    }
    rateAtLeast[rateSpell] = Math.max(rateAtLeast[rateSpell], rate);
  }

  /**
   * How much more is answered at once than the rate explains: what was lost holds up all behind it,
   * and then all comes in a heap. The {@code extra_acked} of draft-ietf-ccwg-bbr, section 5.5.9.
   */
  private void noteHeap(long now, long bytes) {
    double rate = highestKnown();
    double expected = rate * (now - heapSinceNanos) / 1e9;
    if (heapBytes <= expected) {
      heapBytes = 0;
      heapSinceNanos = now;
      expected = 0;
    }
    heapBytes += bytes;
    double most = MOST_HEAP_ROUNDS * rate * responseNanos() / 1e9;
    double extra = Math.min(heapBytes - expected, most);
    largestHeap[rateSpell] = Math.max(largestHeap[rateSpell], extra);
  }

  /** The highest rate at which it has brought things lately, busy or not. */
  private double highestKnown() {
    return Math.max(bytesPerSecond(), highest(rateAtLeast));
  }

  /**
   * As BBR does, ten round trips (draft-ietf-ccwg-bbr): tunnels that share a line take from each
   * other, and what one brought a while ago it may bring no more.
   */
  private long rateSpellNanos() {
    return Math.max(LEAST_RATE_SPELL_NANOS, (long) (RATE_SPELL_ROUNDS * responseNanos()));
  }

  /**
   * Gives up what is under way: the tunnel is dead, or does not answer.
   *
   * @param lost is given the chunks that no other tunnel has
   */
  void lose(Consumer<Chunk> lost) {
    for (Load record : underWay) {
      if (!record.isLost) {
        record.isLost = true;
        for (Chunk chunk : record.chunks) {
          if (!chunk.hasArrived() && chunk.lose(this)) {
            resentBytes += chunk.length();
            lost.accept(chunk);
          }
        }
        record.lostControls.forEach(Runnable::run);
      }
    }
  }

  /** It is dead, and nothing that it had is answered any more. */
  void end() {
    underWay.clear();
    underWayBytes = 0;
  }

  /** It does not answer, and is not used until it does. */
  void stall() {
    stalled = true;
  }

  boolean isStalled() {
    return stalled;
  }

  /** When it will be taken to be stalled, unless it answers. */
  long stallNanos() {
    if (stalled || underWayBytes == 0) {
      return NEVER;
    }
    Load oldest = null;
    for (Load each : underWay) {
      if (each.isAnswered) {
        oldest = each;
        break;
      }
    }
    long usual = usualNanos();
    long since = Math.max(oldest.sentNanos, deliveredNanos);
    return since + Math.max(StreamLimits.LEAST_STALL_NANOS, usual);
  }

  /**
   * Whether it should be asked how it is, as nobody has used it for a while: what was true of it
   * may be so no more.
   */
  boolean isPingDue(long now) {
    return writable
        && underWayBytes == 0
        && now - measuredNanos >= FRESH_NANOS
        && now - pingNanos >= FRESH_NANOS;
  }

  /** It is asked. */
  void ping(long now) {
    pingNanos = now;
  }

  /** Whether it takes a record now; what is short should not wait, whatever is under way. */
  boolean isWritable() {
    return writable;
  }

  /** Whether it should be given chunks now. */
  boolean takesChunks() {
    return writable && !isFull();
  }

  void setWritable(long now, boolean takesMore) {
    if (takesMore && !writable) {
      writableNanos = now;
    } else if (!takesMore) {
      noteBusy(now);
    }
    writable = takesMore;
  }

  private void noteBusy(long now) {
    busySinceNanos = hasIdled(now) || busySinceNanos == NEVER ? now : busySinceNanos;
  }

  /**
   * Whether so much is under way that more would only wait: in a relay's buffers, which may be
   * large, whatever is in front of the line. Twice what the line holds keeps it busy while TCP
   * sends again what was lost now and then; where losses are frequent, as much more as comes in
   * heaps.
   */
  private boolean isFull() {
    double rate = highestKnown();
    double lineBytes = rate * responseNanos() / 1e9;
    double full = 2 * lineBytes + CHUNK_NANOS * rate / 1e9 + highest(largestHeap);
    return underWayBytes >= Math.max(FIRST_FULL_BYTES, full);
  }

  /** Whether it takes something, and has for longer than it takes to send what it has. */
  private boolean hasIdled(long now) {
    return takesChunks() && now - writableNanos > IDLE_NANOS;
  }

  // --- how quick it is ---

  /** Within which time a record is answered when nothing is in its way. */
  long responseNanos() {
    long least = NEVER;
    for (long each : leastResponse) {
      least = Math.min(least, each);
    }
    return least == NEVER ? FIRST_RESPONSE_NANOS : least;
  }

  /** Within which time a record is nearly always answered, whatever is in its way (RFC 6298). */
  long usualNanos() {
    return smoothedNanos == 0 ? 4 * FIRST_RESPONSE_NANOS : smoothedNanos + 4 * variationNanos;
  }

  /** What usually lies between two answers. */
  long variationNanos() {
    return variationNanos;
  }

  /** The highest rate at which it has brought things lately while it was busy; 0 if it was not. */
  double bytesPerSecond() {
    double highest = highest(highestRate);
    return highest == 0 ? 0 : Math.max(highest, highest(rateAtLeast));
  }

  private static double highest(double[] all) {
    double highest = 0;
    for (double each : all) {
      highest = Math.max(highest, each);
    }
    return highest;
  }

  /** After which time the answer to so many more bytes is expected. */
  long deliveryNanos(long bytes) {
    double rate = bytesPerSecond();
    if (rate == 0) {
      return responseNanos();
    }
    long sending = (long) (bytes * 1e9 / rate);
    return Math.max(responseNanos() + sending, (long) (underWayBytes * 1e9 / rate) + sending);
  }

  /** How many bytes more it could bring, answers included, within a time, as far as is known. */
  long bytesWithin(long nanos) {
    double rate = highestKnown();
    double before = Math.max((double) underWayBytes, responseNanos() * rate / 1e9);
    return (long) Math.max(0, nanos * rate / 1e9 - before);
  }

  /** How long a chunk should be. */
  int chunkBytes(int mostBytes) {
    return Math.clamp((long) (bytesPerSecond() * CHUNK_NANOS / 1e9), LEAST_CHUNK_BYTES, mostBytes);
  }

  /** Bytes under way. */
  public long underWayBytes() {
    return underWayBytes;
  }

  /** Bytes that went out again elsewhere since this one did not bring them. */
  public long resentBytes() {
    return resentBytes;
  }

  /** Time passes in which others have something under way. */
  void noteWhileOthersWork(long now, boolean othersWork) {
    if (othersWork && underWayBytes == 0 && idleSinceNanos == NEVER) {
      idleSinceNanos = now;
    } else if (idleSinceNanos != NEVER && (!othersWork || underWayBytes > 0)) {
      idleNanos += now - idleSinceNanos;
      idleSinceNanos = NEVER;
    }
  }

  /**
   * Its figures.
   *
   * @param name what to call it
   * @param sentBytes on it, as they travel
   */
  public TunnelReport.Row report(String name, long sentBytes, long receivedBytes) {
    return new TunnelReport.Row(
        name,
        stalled,
        TimeUnit.NANOSECONDS.toMicros(smoothedNanos),
        (long) bytesPerSecond(),
        underWayBytes,
        sentBytes,
        receivedBytes,
        resentBytes,
        idleNanos);
  }

  // --- what comes ---

  /**
   * A record came.
   *
   * @param bytes of its frames
   */
  void onRecord(int bytes) {
    recordsReceived++;
    ungotBytes += bytes;
  }

  /** The peer is to be told of what came: soon, and together with what else comes until then. */
  void mustAnswer(long now) {
    long wait = ungotBytes >= MOST_UNGOT_BYTES ? 0 : Math.min(MOST_GOT_NANOS, responseNanos() / 8);
    gotNanos = Math.min(gotNanos, now + wait);
  }

  long recordsReceived() {
    return recordsReceived;
  }

  /** When the peer is to be told, or never. */
  long gotNanos() {
    return gotNanos;
  }

  /** The peer is told now. */
  void answer() {
    gotNanos = NEVER;
    ungotBytes = 0;
  }

  @Override
  public String toString() {
    return "tunnel " + id;
  }
}

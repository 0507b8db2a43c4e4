package dev.mptunnel.harness.link;

import java.util.concurrent.atomic.AtomicLongArray;
import java.util.random.RandomGenerator;

/**
 * One direction of a link: says of each packet whether, when and how often it arrives.
 *
 * <p>A packet meets, in this order: the blackout, the MTU, the queue before the rate, loss (so that
 * a lost packet has used the rate, as on a radio link), duplication, and then, for each copy, delay
 * with jitter or being held back, and corruption. All that is decided when the packet is offered; a
 * blackout does not touch what is under way.
 *
 * <p>{@link #offer} belongs to one thread. The counters may be read, and {@link #setDown} called,
 * from any.
 */
public final class LinkModel {

  private static final double BITS_PER_BYTE = 8;
  private static final double NANOS_PER_SECOND = 1e9;

  /** Of IPv4 without options, and of UDP. */
  private static final int UDP_HEADER_BYTES = 28;

  private static final int DUPLICATES = Verdict.values().length;
  private static final int HELD_BACK = DUPLICATES + 1;

  /** Where copies of a packet go. */
  public interface Sink {

    /**
     * A copy of the packet arrives.
     *
     * @param atNanos when, on the clock that the packet was offered by
     * @param corruption what to hand to {@link Corruption#apply}; {@link Corruption#NONE} if intact
     */
    void arrives(long atNanos, long corruption);
  }

  private final RandomGenerator random;
  private final int headerBytes;
  private final AtomicLongArray counts = new AtomicLongArray(HELD_BACK + 1);

  private volatile boolean down;
  private volatile LinkProperties properties;
  private LinkModel leader;
  private long startNanos;
  private boolean inBurst;
  private long burstTurnsNanos;
  private boolean lostLatest;
  private long busyUntilNanos;
  private long lastArrivalNanos;

  /**
   * A link that is offered the payloads of UDP datagrams over IPv4, of whose headers only the MTU
   * takes note.
   *
   * @param random drawn from by this link alone, so that its packets' fates depend on no other link
   * @param startNanos what the periods of blackouts are counted from; no packet is offered before
   */
  public LinkModel(LinkProperties properties, RandomGenerator random, long startNanos) {
    this(properties, random, startNanos, UDP_HEADER_BYTES);
  }

  private LinkModel(
      LinkProperties properties, RandomGenerator random, long startNanos, int headerBytes) {
    this.random = random;
    this.headerBytes = headerBytes;
    this.busyUntilNanos = startNanos;
    this.lastArrivalNanos = startNanos;
    change(properties, startNanos);
  }

  /** A link that is offered whole IP packets; otherwise as the constructor's. */
  public static LinkModel ofIpPackets(
      LinkProperties properties, RandomGenerator random, long startNanos) {
    return new LinkModel(properties, random, startNanos, 0);
  }

  /**
   * Makes the link another one for all packets that are offered from now on; what is under way
   * stays as it is, and is not overtaken. Belongs to the thread that offers.
   *
   * @param nowNanos what the periods of blackouts are counted from
   */
  public void change(LinkProperties newProperties, long nowNanos) {
    properties = newProperties;
    startNanos = nowNanos;
    boolean bursts = newProperties.burstPackets() > 0 || newProperties.burstNanos() > 0;
    inBurst = bursts && chance(newProperties.loss());
    burstTurnsNanos = nowNanos;
    if (newProperties.burstNanos() > 0) {
      burstTurnsNanos += stayNanos();
    }
  }

  /**
   * Whose losses {@code with=} shares: a packet is lost here while the leader's burst of a time
   * lasts, or, where its losses do not go by time, when its latest packet was lost. So the two lose
   * the same ones where each packet goes over both, over the leader first. Belongs to the thread
   * that offers, to both links.
   *
   * @param leader another link, or null for none
   */
  public void follow(LinkModel leader) {
    this.leader = leader;
  }

  public LinkProperties properties() {
    return properties;
  }

  /** Takes the link down or up by hand, besides the blackouts of its properties. */
  public void setDown(boolean down) {
    this.down = down;
  }

  /** Whether a packet offered at this time would meet a blackout. */
  public boolean isDown(long nowNanos) {
    if (down) {
      return true;
    }
    long period = properties.upNanos() + properties.downNanos();
    return properties.downNanos() > 0 && (nowNanos - startNanos) % period >= properties.upNanos();
  }

  /** Whether a packet of this length is over the MTU, if there is one. */
  public boolean isTooBig(int lengthBytes) {
    int mtuBytes = properties.mtuBytes();
    return mtuBytes > 0 && lengthBytes + headerBytes > mtuBytes;
  }

  /**
   * Offers one packet. Each copy that arrives is told to the sink before this returns.
   *
   * @param nowNanos not before that of the packet before
   * @param lengthBytes what the rate is charged for, on a link of UDP the payload's; an empty
   *     packet cannot be corrupted
   */
  public Verdict offer(long nowNanos, int lengthBytes, Sink sink) {
    Verdict verdict = decide(nowNanos, lengthBytes, sink);
    count(verdict.ordinal());
    return verdict;
  }

  /** The counters at this moment; read on another thread, they may be one packet apart. */
  public LinkCounters counters() {
    long[] by = new long[counts.length()];
    for (int i = 0; i < by.length; i++) {
      by[i] = counts.get(i);
    }
    long offered = 0;
    for (Verdict verdict : Verdict.values()) {
      offered += by[verdict.ordinal()];
    }
    return new LinkCounters(
        offered,
        by[Verdict.DELIVERED.ordinal()],
        by[Verdict.TOO_BIG.ordinal()],
        by[Verdict.LOST.ordinal()],
        by[Verdict.DOWN.ordinal()],
        by[Verdict.QUEUE_FULL.ordinal()],
        by[Verdict.CORRUPTED.ordinal()],
        by[DUPLICATES],
        by[HELD_BACK]);
  }

  private Verdict decide(long nowNanos, int lengthBytes, Sink sink) {
    if (isDown(nowNanos)) {
      return Verdict.DOWN;
    }
    if (isTooBig(lengthBytes)) {
      return Verdict.TOO_BIG;
    }
    long leavesNanos = leaveQueue(nowNanos, lengthBytes);
    if (leavesNanos - nowNanos < 0) {
      return Verdict.QUEUE_FULL;
    }
    lostLatest = isLost(nowNanos);
    if (lostLatest) {
      return Verdict.LOST;
    }
    boolean intact = carry(leavesNanos, lengthBytes, sink);
    if (chance(properties.duplicate())) {
      count(DUPLICATES);
      intact |= carry(leavesNanos, lengthBytes, sink);
    }
    return intact ? Verdict.DELIVERED : Verdict.CORRUPTED;
  }

  /** When the packet's last bit is on the line, or a time before now if the queue has no room. */
  private long leaveQueue(long nowNanos, int lengthBytes) {
    if (properties.rateBitsPerSecond() == 0) {
      return nowNanos;
    }
    long waitNanos = Math.max(0, busyUntilNanos - nowNanos);
    if (waitNanos > properties.queueNanos()) {
      return nowNanos - 1;
    }
    double onLine = lengthBytes * BITS_PER_BYTE * NANOS_PER_SECOND / properties.rateBitsPerSecond();
    busyUntilNanos = nowNanos + waitNanos + Math.round(onLine);
    return busyUntilNanos;
  }

  private boolean isLost(long nowNanos) {
    if (properties.withLine() == 0) {
      return losesByItself(nowNanos);
    }
    if (leader == null) {
      throw new IllegalStateException("with=" + properties.withLine() + ": there is no such line");
    }
    return leader.properties.burstNanos() > 0 ? leader.losesByTime(nowNanos) : leader.lostLatest;
  }

  /** Gilbert–Elliott in its simplest form: the bad state loses everything, the good one nothing. */
  private boolean losesByItself(long nowNanos) {
    if (properties.burstNanos() > 0) {
      return losesByTime(nowNanos);
    }
    double mean = properties.loss();
    double burst = properties.burstPackets();
    if (burst == 0) {
      return chance(mean);
    }
    boolean lost = inBurst;
    inBurst = inBurst ? !chance(1 / burst) : chance(mean / (1 - mean) / burst);
    return lost;
  }

  /** The same chain in continuous time: it moves on whether packets come or not. */
  private boolean losesByTime(long nowNanos) {
    while (properties.loss() > 0 && nowNanos - burstTurnsNanos >= 0) {
      inBurst = !inBurst;
      burstTurnsNanos += stayNanos();
    }
    return inBurst;
  }

  /** How long the chain stays in its state. */
  private long stayNanos() {
    double loss = properties.loss();
    double mean = properties.burstNanos() * (inBurst ? 1 : (1 - loss) / loss);
    return 1 + Math.round(mean * random.nextExponential());
  }

  private boolean carry(long leavesNanos, int lengthBytes, Sink sink) {
    long corruption = Corruption.NONE;
    if (lengthBytes > 0 && chance(properties.corrupt())) {
      corruption = random.nextLong() | 1;
    }
    sink.arrives(arrivalNanos(leavesNanos), corruption);
    return corruption == Corruption.NONE;
  }

  private long arrivalNanos(long leavesNanos) {
    long jitter = properties.jitterNanos();
    long arrival = leavesNanos + properties.delayNanos();
    arrival += jitter == 0 ? 0 : random.nextLong(-jitter, jitter + 1);
    if (chance(properties.reorder())) {
      count(HELD_BACK);
      return arrival + properties.reorderNanos();
    }
    if (properties.unordered()) {
      return arrival;
    }
    if (arrival - lastArrivalNanos < 0) {
      arrival = lastArrivalNanos;
    }
    lastArrivalNanos = arrival;
    return arrival;
  }

  private boolean chance(double probability) {
    return probability > 0 && random.nextDouble() < probability;
  }

  private void count(int index) {
    counts.lazySet(index, counts.getPlain(index) + 1);
  }
}

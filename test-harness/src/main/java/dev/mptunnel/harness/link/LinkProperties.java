package dev.mptunnel.harness.link;

import static dev.mptunnel.harness.link.LinkWords.count;
import static dev.mptunnel.harness.link.LinkWords.fraction;
import static dev.mptunnel.harness.link.LinkWords.nanos;
import static dev.mptunnel.harness.link.LinkWords.percent;

/**
 * How bad one direction of a line is. Written and read as one line of words, each of which may be
 * left out:
 *
 * <pre>
 * loss=20%        packets lost, independently of each other
 * burst=8         … or in bursts of 8 packets in the mean (Gilbert–Elliott), at the same mean loss
 * burst=40ms      … or all for 40 ms in the mean, and again, whatever is sent meanwhile
 * with=1          … or when line 1 does: its bursts of a time, or its latest packet, were lost
 * delay=30ms      one way
 * jitter=5ms      the delay varies evenly by this much to either side; the order is kept
 * unordered       … or not kept
 * reorder=1%      packets held back so that others overtake them
 * reorder-by=10ms … for so long (default 10ms)
 * dup=0.5%        packets that arrive twice
 * corrupt=0.1%    packets that arrive damaged
 * rate=50mbit     payload bits per second: bit, kbit, mbit, gbit
 * queue=100ms     waiting time, or bytes (64kB), at which the queue before the rate drops what comes
 * mtu=1400        longest IP packet that passes; a longer one is dropped, and nobody is told
 * icmp            … or its sender is told by ICMP what would fit, where the link carries IP
 * down=10s+2s     blackouts: 10 s up, then 2 s down, and again
 * perfect         forget all words before this one
 * </pre>
 *
 * @param loss fraction lost, 0 to 1
 * @param burstPackets mean length of a burst of losses, or 0 for independent losses
 * @param burstNanos mean time of a burst of losses, or 0 for none that go by time
 * @param withLine the line, from 1, whose losses this one shares, or 0 for losses of its own
 * @param rateBitsPerSecond 0 for unlimited
 * @param queueNanos how long a packet may wait for the rate before it is dropped instead
 * @param mtuBytes the longest IP packet, header included, 68 to 65,535, or 0 for no limit
 * @param icmp whether a router tells the senders of packets that are too long
 * @param upNanos time up before each blackout
 * @param downNanos length of each blackout, or 0 for none
 */
public record LinkProperties(
    double loss,
    double burstPackets,
    long burstNanos,
    int withLine,
    long delayNanos,
    long jitterNanos,
    boolean unordered,
    double reorder,
    long reorderNanos,
    double duplicate,
    double corrupt,
    long rateBitsPerSecond,
    long queueNanos,
    int mtuBytes,
    boolean icmp,
    long upNanos,
    long downNanos) {

  /** A link that delivers everything, at once. */
  public static final LinkProperties PERFECT = parse("");

  private static final long DEFAULT_REORDER_NANOS = 10_000_000;
  private static final long DEFAULT_QUEUE_NANOS = 100_000_000;

  public LinkProperties {
    require(jitterNanos <= delayNanos, "jitter is more than the delay");
    require(loss == 0 || burstPackets == 0 || loss < 1, "a burst needs a loss below 100%");
    require(
        burstPackets == 0 || loss / (1 - loss) <= burstPackets,
        "bursts that short cannot lose that much");
    require(burstPackets == 0 || burstPackets >= 1, "burst is below 1");
    require(loss == 0 || burstNanos == 0 || loss < 1, "a burst needs a loss below 100%");
    require(
        withLine == 0 || loss == 0, "who shares the losses of another line has none of its own");
    require(mtuBytes > 0 || !icmp, "icmp needs an mtu");
    require(upNanos == 0 || downNanos > 0, "a blackout takes some time");
  }

  /**
   * Reads the one-line form.
   *
   * @throws IllegalArgumentException naming the word that is wrong and what was expected
   */
  public static LinkProperties parse(String line) {
    Draft draft = new Draft();
    for (String word : line.strip().split("\\s+")) {
      if (word.equals("perfect")) {
        draft = new Draft();
      } else if (!word.isEmpty()) {
        draft.take(word);
      }
    }
    return draft.finish();
  }

  /**
   * These properties with some words changed, or, after {@code perfect}, all of them.
   *
   * @throws IllegalArgumentException as from {@link #parse}
   */
  public LinkProperties changed(String words) {
    return parse(this + " " + words);
  }

  /** The one-line form, without what is at its default. */
  @Override
  public String toString() {
    StringBuilder line = new StringBuilder();
    append(line, loss > 0, "loss=" + percent(loss));
    append(line, burstPackets > 0, "burst=" + LinkWords.text(burstPackets));
    append(line, burstNanos > 0, "burst=" + time(burstNanos));
    append(line, withLine > 0, "with=" + withLine);
    append(line, delayNanos > 0, "delay=" + time(delayNanos));
    append(line, jitterNanos > 0, "jitter=" + time(jitterNanos));
    append(line, unordered, "unordered");
    append(line, reorder > 0, "reorder=" + percent(reorder));
    append(line, reorderNanos != DEFAULT_REORDER_NANOS, "reorder-by=" + time(reorderNanos));
    append(line, duplicate > 0, "dup=" + percent(duplicate));
    append(line, corrupt > 0, "corrupt=" + percent(corrupt));
    append(line, rateBitsPerSecond > 0, "rate=" + LinkWords.rate(rateBitsPerSecond));
    append(line, queueNanos != DEFAULT_QUEUE_NANOS, "queue=" + time(queueNanos));
    append(line, mtuBytes > 0, "mtu=" + mtuBytes);
    append(line, icmp, "icmp");
    append(line, downNanos > 0, "down=" + time(upNanos) + "+" + time(downNanos));
    return line.isEmpty() ? "perfect" : line.toString();
  }

  private static void append(StringBuilder line, boolean present, String word) {
    if (present) {
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
  }

  private static String time(long nanos) {
    return nanos % 1_000_000 == 0 ? nanos / 1_000_000 + "ms" : nanos + "ns";
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }

  /** What was read so far; a queue in bytes can only be understood once the rate is known. */
  private static final class Draft {
    private double loss;
    private double burstPackets;
    private long burstNanos;
    private int withLine;
    private long delayNanos;
    private long jitterNanos;
    private boolean unordered;
    private double reorder;
    private long reorderNanos = DEFAULT_REORDER_NANOS;
    private double duplicate;
    private double corrupt;
    private long rateBitsPerSecond;
    private String queue = DEFAULT_QUEUE_NANOS + "ns";
    private int mtuBytes;
    private boolean icmp;
    private long upNanos;
    private long downNanos;

    void take(String word) {
      String[] halves = word.split("=", 2);
      String value = halves.length == 2 ? halves[1] : "";
      switch (halves[0]) {
        case "loss" -> loss = fraction(word, value);
        case "burst" -> {
          boolean byTime = value.endsWith("s");
          burstPackets = byTime ? 0 : count(word, value);
          burstNanos = byTime ? nanos(word, value) : 0;
        }
        case "with" -> withLine = LinkWords.line(word, value);
        case "delay" -> delayNanos = nanos(word, value);
        case "jitter" -> jitterNanos = nanos(word, value);
        case "unordered" -> unordered = true;
        case "reorder" -> reorder = fraction(word, value);
        case "reorder-by" -> reorderNanos = nanos(word, value);
        case "dup" -> duplicate = fraction(word, value);
        case "corrupt" -> corrupt = fraction(word, value);
        case "rate" -> rateBitsPerSecond = LinkWords.bitsPerSecond(word, value);
        case "queue" -> queue = value;
        case "mtu" -> mtuBytes = LinkWords.mtuBytes(word, value);
        case "icmp" -> icmp = true;
        case "down" -> {
          String[] times = value.split("\\+", 2);
          upNanos = nanos(word, times[0]);
          downNanos = nanos(word, times.length == 2 ? times[1] : "");
        }
        default ->
            throw new IllegalArgumentException(
                "\""
                    + word
                    + "\" is no property of a link; there are loss burst with delay jitter"
                    + " unordered reorder reorder-by dup corrupt rate queue mtu icmp down perfect");
      }
    }

    LinkProperties finish() {
      return new LinkProperties(
          loss,
          burstPackets,
          burstNanos,
          withLine,
          delayNanos,
          jitterNanos,
          unordered,
          reorder,
          reorderNanos,
          duplicate,
          corrupt,
          rateBitsPerSecond,
          LinkWords.queueNanos("queue=" + queue, queue, rateBitsPerSecond),
          mtuBytes,
          icmp,
          upNanos,
          downNanos);
    }
  }
}

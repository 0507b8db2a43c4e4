package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One end of a line: its device in a host's namespace, the shaper of what leaves here, and the loss
 * of what arrives here. Loss strikes in the first hook that an arriving packet meets, so a lost
 * packet has used up the line's rate and is counted once, and nothing but the line is lossy.
 */
final class LineEnd {

  private static final int LOSS_SCALE = 1_000_000;
  private static final int BURST_BYTES = 16_384;
  private static final Pattern QUEUE_DROPS = Pattern.compile("dropped (\\d+)");

  private final Namespace host;
  private final String device;

  private LineEnd(Namespace host, String device) {
    this.host = host;
    this.device = device;
  }

  /** Moves a device of the wire to its host and sets it up as the conditions say. */
  static LineEnd attach(
      Namespace wire,
      String wireDevice,
      Namespace host,
      String device,
      String address,
      String peer,
      Conditions conditions)
      throws IOException {
    wire.ip("link set " + wireDevice + " netns " + host.name() + " name " + device);
    host.ip("addr add " + address + " peer " + peer + " dev " + device);
    host.ip("link set " + device + " txqueuelen 1000 up");
    LineEnd end = new LineEnd(host, device);
    end.shape(conditions.rateMbit(), conditions.queueMillis());
    end.lose(conditions.lossPercent());
    return end;
  }

  private void shape(int rateMbit, int queueMillis) throws IOException {
    String rate =
        "rate " + rateMbit + "mbit burst " + BURST_BYTES + " latency " + queueMillis + "ms";
    host.run(("tc qdisc add dev " + device + " root tbf " + rate).split(" "));
  }

  private void lose(double percent) throws IOException {
    long threshold = Math.round(percent / 100 * LOSS_SCALE);
    String rules =
        """
        table inet %1$s {
          counter arrived { }
          counter dropped { }
          chain arrival {
            type filter hook prerouting priority raw;
            iifname "%1$s" counter name arrived
            iifname "%1$s" numgen random mod %2$d < %3$d counter name dropped drop
          }
        }
        """;
    host.run("nft", String.format(Locale.ROOT, rules, device, LOSS_SCALE, threshold));
  }

  /** What has arrived here since the line was made. */
  LossCount count() throws IOException {
    return new LossCount(packets("arrived"), packets("dropped"));
  }

  private long packets(String counter) throws IOException {
    return new PacketCounter(host, device, counter).packets();
  }

  /** Packets that the queue before the shaper has dropped since the line was made. */
  long queueDrops() throws IOException {
    String shown = host.run("tc", "-s", "qdisc", "show", "dev", device);
    Matcher matcher = QUEUE_DROPS.matcher(shown);
    if (!matcher.find()) {
      throw new IOException("no " + QUEUE_DROPS + " in: " + shown);
    }
    return Long.parseLong(matcher.group(1));
  }

  /** Drops everything that arrives here, uncounted, until {@link #restore}. */
  void cut() throws IOException {
    String rules =
        "table inet cut_%1$s { chain arrival { type filter hook prerouting priority -400;"
            + " iifname \"%1$s\" drop; }; }";
    host.run("nft", String.format(Locale.ROOT, rules, device));
  }

  /** Ends {@link #cut}. */
  void restore() throws IOException {
    host.run("nft", "delete", "table", "inet", "cut_" + device);
  }
}

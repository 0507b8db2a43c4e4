package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A counter of packets in a host's kernel, which no program under test has a part in. */
public final class PacketCounter {

  private static final Pattern PACKETS = Pattern.compile("packets (\\d+)");

  private final Namespace host;
  private final String table;
  private final String name;

  /** A counter that is there, in a table of the family {@code inet}. */
  public PacketCounter(Namespace host, String table, String name) {
    this.host = host;
    this.table = table;
    this.name = name;
  }

  /**
   * Starts to count what processes of a host send over its loopback; what was counted before is
   * forgotten. Loopback would pass datagrams that were sent joined (UDP_SEGMENT) whole, as one
   * packet: from now on it takes them apart, as the wire does, before they are counted.
   *
   * @param matches nftables' words for what each counter is for, such as {@code udp dport 3000}
   */
  static List<PacketCounter> onLoopback(Namespace host, String... matches) throws IOException {
    StringBuilder counters = new StringBuilder();
    StringBuilder rules = new StringBuilder();
    List<PacketCounter> all = new ArrayList<>();
    for (String match : matches) {
      String name = "sent" + all.size();
      counters.append("counter ").append(name).append(" { }\n");
      rules.append("iifname \"lo\" ").append(match).append(" counter name ").append(name);
      rules.append('\n');
      all.add(new PacketCounter(host, "loopback", name));
    }
    String table =
        """
        table inet loopback { }
        delete table inet loopback
        table inet loopback {
          %s
          chain arriving {
            type filter hook input priority filter;
            %s
          }
        }
        """;
    host.ip("link set dev lo gso_max_segs 1");
    host.run("nft", String.format(Locale.ROOT, table, counters, rules));
    return all;
  }

  /** Packets so far. */
  public long packets() throws IOException {
    String listed = host.run("nft", "list", "counter", "inet", table, name);
    Matcher matcher = PACKETS.matcher(listed);
    if (!matcher.find()) {
      throw new IOException("no " + PACKETS + " in: " + listed);
    }
    return Long.parseLong(matcher.group(1));
  }
}

package dev.mptunnel.harness.demo;

import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.emulator.Direction;
import dev.mptunnel.harness.link.LinkCounters;
import dev.mptunnel.harness.link.LinkProperties;
import dev.mptunnel.harness.load.LoadStream;
import dev.mptunnel.harness.load.LoadTarget;
import dev.mptunnel.harness.tunnel.LocalTunnel;
import dev.mptunnel.observe.SessionTable;
import java.io.PrintStream;
import java.util.List;

/** What was sent, what the lines let through, and what arrived, datagram by datagram. */
final class Outcome {

  private final Way up;
  private final Way down;
  private final List<LinkCounters> linesUp;
  private final List<LinkCounters> linesDown;
  private final long kernelDrops;

  /**
   * @param linesUp what each line did toward the target, {@code linesDown} what from there
   * @param kernelDrops datagrams that found a socket of this machine's full
   */
  Outcome(
      Way up,
      Way down,
      List<LinkCounters> linesUp,
      List<LinkCounters> linesDown,
      long kernelDrops) {
    this.up = up;
    this.down = down;
    this.linesUp = linesUp;
    this.linesDown = linesDown;
    this.kernelDrops = kernelDrops;
  }

  static Outcome of(LocalTunnel tunnel, LoadStream stream, LoadTarget target, int id) {
    return new Outcome(
        Way.of(tunnel.ledger(), Direction.UP, id, stream.sent(), target.received(id)),
        Way.of(tunnel.ledger(), Direction.DOWN, id, target.sent(id), stream.received()),
        counters(tunnel, Direction.UP),
        counters(tunnel, Direction.DOWN),
        tunnel.kernelDrops() + target.kernelDrops() + stream.kernelDrops());
  }

  private static List<LinkCounters> counters(LocalTunnel tunnel, Direction direction) {
    return tunnel.links().stream().map(link -> link.model(direction).counters()).toList();
  }

  /** Prints the summary of three lines. @return whether exactly what had to arrive did */
  boolean print(PrintStream out, List<LinkProperties> lines, Seed seed) {
    double product = lines.stream().mapToDouble(LinkProperties::loss).reduce(1, (a, b) -> a * b);
    out.println();
    for (int i = 0; i < lines.size(); i++) {
      out.printf(
          "line %d alone lost      %7s up, %7s down%n",
          i + 1, lost(linesUp.get(i)), lost(linesDown.get(i)));
    }
    int sent = up.sent() + down.sent();
    int lostAtFirst = up.lostAtFirst() + down.lostAtFirst();
    int lost = up.lost() + down.lost();
    out.printf(
        "all three lost the first copies of %d of %d datagrams: %s; the product of their losses is"
            + " %s%n",
        lostAtFirst, sent, share(lostAtFirst, sent), SessionTable.percent(product));
    out.printf(
        "%d of these came after being asked for; the tunnel lost %d: %s%n",
        up.repaired() + down.repaired(), lost, share(lost, sent));
    boolean exact = up.isExact() && down.isExact();
    if (exact) {
      out.printf(
          "exactly the %d datagrams of which a copy got through, first or sent again, arrived, each"
              + " once and undamaged%n",
          sent - lost);
    } else {
      out.printf("NOT what the lines let through: up %s; down %s%n", up.fault(), down.fault());
      out.printf("the kernel dropped %d datagrams at full sockets; %s%n", kernelDrops, seed);
    }
    return exact;
  }

  private static String lost(LinkCounters line) {
    return share(line.lost(), line.offered());
  }

  private static String share(long part, long whole) {
    return SessionTable.percent((double) part / whole);
  }
}

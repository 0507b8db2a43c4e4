package dev.mptunnel.harness.demo;

import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.emulator.Direction;
import dev.mptunnel.harness.link.LinkCounters;
import dev.mptunnel.harness.link.LinkProperties;
import dev.mptunnel.harness.load.LoadStream;
import dev.mptunnel.harness.load.LoadTarget;
import dev.mptunnel.harness.load.Reception;
import dev.mptunnel.harness.tunnel.LocalTunnel;
import dev.mptunnel.observe.SessionTable;
import java.io.PrintStream;
import java.util.BitSet;
import java.util.List;

/** What was sent, what the lines let through, and what arrived, datagram by datagram. */
final class Outcome {

  /** One direction. */
  private record Way(int sent, BitSet passed, Reception received) {

    int lost() {
      return sent - (int) received.distinct();
    }

    boolean isExact() {
      return received.arrived().equals(passed) && received.counts().clean();
    }

    double lossShare() {
      return (double) lost() / sent;
    }
  }

  private final Way up;
  private final Way down;
  private final List<LinkCounters> linesUp;
  private final List<LinkCounters> linesDown;
  private final long kernelDrops;

  private Outcome(
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
        new Way(stream.sent(), tunnel.ledger().passed(Direction.UP, id), target.received(id)),
        new Way(target.sent(id), tunnel.ledger().passed(Direction.DOWN, id), stream.received()),
        counters(tunnel, Direction.UP),
        counters(tunnel, Direction.DOWN),
        tunnel.kernelDrops() + target.kernelDrops() + stream.kernelDrops());
  }

  private static List<LinkCounters> counters(LocalTunnel tunnel, Direction direction) {
    return tunnel.links().stream().map(link -> link.model(direction).counters()).toList();
  }

  /** Prints the summary. @return whether exactly what had to arrive did */
  boolean print(PrintStream out, List<LinkProperties> lines, Seed seed) {
    double product = lines.stream().mapToDouble(LinkProperties::loss).reduce(1, (a, b) -> a * b);
    out.println();
    for (int i = 0; i < lines.size(); i++) {
      out.printf(
          "line %d alone lost      %7s up, %7s down%n",
          i + 1, share(linesUp.get(i)), share(linesDown.get(i)));
    }
    out.printf(
        "the tunnel lost        %7s up, %7s down; the product of the lines' losses is %s%n",
        SessionTable.percent(up.lossShare()),
        SessionTable.percent(down.lossShare()),
        SessionTable.percent(product));
    boolean exact = up.isExact() && down.isExact();
    if (exact) {
      out.printf(
          "exactly the %d datagrams of which a line let a copy through arrived, each once and"
              + " undamaged%n",
          up.received().distinct() + down.received().distinct());
    } else {
      out.printf("NOT what the lines let through: up %s, down %s%n", fault(up), fault(down));
      out.printf("the kernel dropped %d datagrams at full sockets; %s%n", kernelDrops, seed);
    }
    return exact;
  }

  private static String fault(Way way) {
    BitSet missing = way.passed();
    missing.andNot(way.received().arrived());
    return missing.cardinality() + " missing, " + way.received().counts();
  }

  private static String share(LinkCounters line) {
    return SessionTable.percent((double) line.lost() / line.offered());
  }
}

package dev.mptunnel.harness.scenario;

import dev.mptunnel.harness.lab.Direction;
import dev.mptunnel.harness.lab.Line;
import dev.mptunnel.harness.lab.RunningTunnel;
import dev.mptunnel.harness.lab.Topology;
import dev.mptunnel.harness.lab.Wait;
import dev.mptunnel.harness.lab.WireGuard;
import dev.mptunnel.harness.link.LinkCounters;
import dev.mptunnel.harness.loop.DatagramLoop;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;

/** Plays a scenario: the passengers, the timeline while they run, then the tables. */
final class ScenarioRun implements AutoCloseable {

  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(30);
  private static final int PORT_INSIDE = 7_000;

  private final Scenario scenario;
  private final Topology topology;
  private final PrintStream out;
  private final DatagramLoop loop;
  private final List<Passenger> passengers = new ArrayList<>();
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  /**
   * @param topology with the scenario's {@link Scenario#conditions}
   */
  ScenarioRun(Scenario scenario, Topology topology, PrintStream out) throws IOException {
    this.scenario = scenario;
    this.topology = topology;
    this.out = out;
    this.loop = DatagramLoop.start("streams");
  }

  /**
   * Plays it to its end.
   *
   * @param warmUp how long the passengers use their ways before it counts
   * @return what the passengers saw
   */
  List<Passenger.Row> play(Duration warmUp) throws IOException {
    setUp();
    board();
    for (Passenger passenger : passengers) {
      passenger.warmUp();
    }
    Wait.pass(passengers.isEmpty() ? Duration.ZERO : warmUp);
    for (Passenger passenger : passengers) {
      passenger.start();
    }
    playTimeline(System.nanoTime());
    List<Passenger.Row> rows = new ArrayList<>();
    for (Passenger passenger : passengers) {
      rows.addAll(passenger.finish());
    }
    print(rows);
    return rows;
  }

  private void print(List<Passenger.Row> rows) throws IOException {
    out.println();
    if (!rows.isEmpty()) {
      boolean streams = passengers.stream().anyMatch(Streams.class::isInstance);
      row("passenger", "over", streams ? Streams.header() + "   (times in ms)" : "");
      rows.forEach(row -> row(row.what(), row.way(), row.figures()));
      out.println();
    }
    for (int i = 0; i < topology.lines().size(); i++) {
      for (Direction direction : Direction.values()) {
        String name = "line " + (i + 1) + " " + direction.name().toLowerCase(Locale.ROOT);
        out.println(name + ": " + counts(topology.lines().get(i).counters(direction)));
      }
    }
  }

  /** Makes the lines what the scenario says, and shows it. */
  void setUp() throws IOException {
    for (LineAction action : scenario.setUp()) {
      action.apply(topology.lines());
    }
    for (int i = 0; i < topology.lines().size(); i++) {
      Line line = topology.lines().get(i);
      out.println("line " + (i + 1) + "  " + line);
    }
    out.println("seed    " + topology.seed());
  }

  private void row(String what, String way, String figures) {
    out.printf("%-12s %-8s %s%n", what, way, figures);
  }

  private static String counts(LinkCounters counters) {
    StringBuilder text = new StringBuilder(counters.offered() + " packets");
    append(text, counters.lost(), "lost");
    append(text, counters.down(), "came while it was down");
    append(text, counters.queueFull(), "found its queue full");
    append(text, counters.tooBig(), "were too big");
    append(text, counters.corrupted(), "damaged");
    append(text, counters.duplicates(), "came twice");
    append(text, counters.heldBack(), "held back");
    return text.toString();
  }

  private static void append(StringBuilder text, long count, String what) {
    if (count > 0) {
      text.append(", ").append(count).append(' ').append(what);
    }
  }

  private void board() throws IOException {
    List<PassengerKind> streams =
        scenario.passengers().stream()
            .filter(kind -> kind == PassengerKind.VOICE || kind == PassengerKind.GAME)
            .toList();
    if (!streams.isEmpty()) {
      for (Berth berth : List.of(Berth.STREAMS, Berth.STREAMS_BESIDE)) {
        RunningTunnel tunnel = open(berth, streams.getFirst());
        InetSocketAddress target = Streams.address("0.0.0.0", tunnel.targetPort());
        passengers.add(streams(streams, berth, tunnel, target));
      }
    }
    if (scenario.passengers().contains(PassengerKind.WIREGUARD)) {
      for (Berth berth : List.of(Berth.WIREGUARD, Berth.WIREGUARD_BESIDE)) {
        RunningTunnel tunnel = open(berth, PassengerKind.WIREGUARD);
        passengers.add(insideWireGuard(berth, tunnel));
      }
    }
    if (scenario.passengers().contains(PassengerKind.OPENVPN)) {
      RunningTunnel tunnel = open(Berth.OPENVPN, PassengerKind.OPENVPN);
      Passenger transfer = new VpnTransfer(topology, tunnel, scenario.length());
      opened.push(transfer);
      passengers.add(transfer);
    }
  }

  private RunningTunnel open(Berth berth, PassengerKind kind) throws IOException {
    RunningTunnel tunnel = berth.open(topology, kind);
    opened.push(tunnel);
    return tunnel;
  }

  private Passenger streams(
      List<PassengerKind> kinds, Berth berth, RunningTunnel tunnel, InetSocketAddress target)
      throws IOException {
    InetSocketAddress entrance =
        Streams.address(tunnel.entrance().host(), tunnel.entrance().port());
    return streams(kinds, berth.way(), entrance, target);
  }

  private Passenger streams(
      List<PassengerKind> kinds, String way, InetSocketAddress entrance, InetSocketAddress target)
      throws IOException {
    Passenger streams =
        new Streams(loop, topology, kinds, scenario.length(), way, entrance, target);
    opened.push(streams);
    return streams;
  }

  private Passenger insideWireGuard(Berth berth, RunningTunnel tunnel) throws IOException {
    WireGuard wireGuard =
        WireGuard.connect(
            topology, berth.ordinal(), tunnel.targetPort(), tunnel.entrance(), CONNECT_LIMIT);
    opened.push(wireGuard);
    InetSocketAddress inside = Streams.address(wireGuard.serverAddress(), PORT_INSIDE);
    return streams(List.of(PassengerKind.GAME), "wg, " + berth.way(), inside, inside);
  }

  private void playTimeline(long startNanos) throws IOException {
    for (Scenario.Event event : scenario.timeline()) {
      passUntil(startNanos, event.at());
      event.action().apply(topology.lines());
      out.printf(Locale.ROOT, "%6.1f s  %s%n", event.at().toMillis() / 1e3, event.action());
    }
    passUntil(startNanos, scenario.length());
  }

  private static void passUntil(long startNanos, Duration time) throws IOException {
    Wait.pass(time.minusNanos(System.nanoTime() - startNanos));
  }

  @Override
  public void close() throws IOException {
    try {
      while (!opened.isEmpty()) {
        opened.pop().close();
      }
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    } finally {
      loop.close();
    }
  }
}

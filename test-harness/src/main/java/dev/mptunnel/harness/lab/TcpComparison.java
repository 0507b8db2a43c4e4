package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Several ways for a bulk TCP connection on the same lines, taking turns, so that whatever else the
 * machine does hits all of them alike. Who has programs has the same ones in all turns, as a tunnel
 * runs for weeks; and before the first turn they move data for a while, as the compilers of several
 * JVMs that start at once on one machine would be measured instead.
 *
 * @param competitors who takes part, in this order
 * @param startUpSeconds of each of the loads, that programs move before the first turn
 * @param loads the transfers of each turn, one after the other
 * @param runs turns of each
 */
record TcpComparison(
    List<TcpCompetitor> competitors, int startUpSeconds, List<BulkLoad> loads, int runs) {

  TcpComparison {
    competitors = List.copyOf(competitors);
    loads = List.copyOf(loads);
  }

  /**
   * Runs all turns.
   *
   * @param topology whose routes are set
   * @param onRun is told of each as it ends
   */
  List<TcpRun> measure(Topology topology, Consumer<TcpRun> onRun) throws IOException {
    Map<TcpCompetitor, TcpCompetitor.Ready> ready = new LinkedHashMap<>();
    try {
      for (TcpCompetitor competitor : competitors) {
        ready.put(competitor, competitor.start(topology));
      }
      for (TcpCompetitor competitor : competitors) {
        for (BulkLoad load : loads) {
          startUp(topology, ready.get(competitor), load.direction(), startUpSeconds);
        }
      }
      List<TcpRun> all = new ArrayList<>();
      for (int i = 0; i < runs; i++) {
        for (TcpCompetitor competitor : competitors) {
          for (BulkLoad load : loads) {
            TcpRun run = measureOne(topology, ready.get(competitor), competitor.name(), load);
            onRun.accept(run);
            all.add(run);
          }
        }
      }
      return all;
    } finally {
      for (TcpCompetitor.Ready each : ready.values()) {
        each.close();
      }
    }
  }

  /** Has programs, where there are any, move data for so long, so that their JVMs are done. */
  static void startUp(
      Topology topology, TcpCompetitor.Ready ready, Direction direction, int seconds)
      throws IOException {
    if (ready.hasPrograms() && seconds > 0) {
      measureOne(topology, ready, "start-up", new BulkLoad(direction, 0, seconds));
    }
  }

  private static TcpRun measureOne(
      Topology topology, TcpCompetitor.Ready ready, String name, BulkLoad load) throws IOException {
    List<BulkTransfer> transfers = new ArrayList<>();
    try {
      for (BulkConnection connection : ready.connections()) {
        transfers.add(BulkTransfer.start(topology, connection, load, ready.congestionControl()));
      }
      Wait.pass(Duration.ofSeconds(load.warmUpSeconds()));
      TcpMeter before = TcpMeter.read(topology, ready, load.direction());
      Wait.pass(Duration.ofSeconds(load.seconds()).dividedBy(2));
      ready.check(topology, load.direction());
      List<Goodput> all = new ArrayList<>();
      for (BulkTransfer transfer : transfers) {
        all.add(transfer.await());
      }
      TcpMeter after = TcpMeter.read(topology, ready, load.direction());
      return TcpRun.of(name, load.direction(), Goodput.sum(all), before, after);
    } catch (IOException e) {
      throw new IOException(name + ": " + e.getMessage(), e);
    } finally {
      transfers.forEach(BulkTransfer::close);
    }
  }
}

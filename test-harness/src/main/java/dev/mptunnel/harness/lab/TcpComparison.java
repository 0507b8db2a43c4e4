package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Several ways for a bulk TCP connection on the same lines, taking turns, so that whatever else the
 * machine does hits all of them alike. Each turn has new processes.
 *
 * @param competitors who takes part, in this order
 * @param loads the transfers of each turn, one after the other
 * @param runs turns of each
 */
record TcpComparison(List<TcpCompetitor> competitors, List<BulkLoad> loads, int runs) {

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
    List<TcpRun> all = new ArrayList<>();
    for (int i = 0; i < runs; i++) {
      for (TcpCompetitor competitor : competitors) {
        for (TcpRun run : turn(topology, competitor)) {
          onRun.accept(run);
          all.add(run);
        }
      }
    }
    return all;
  }

  private List<TcpRun> turn(Topology topology, TcpCompetitor competitor) throws IOException {
    List<TcpRun> turn = new ArrayList<>();
    try (TcpCompetitor.Ready ready = competitor.start(topology)) {
      for (BulkLoad load : loads) {
        turn.add(measureOne(topology, ready, competitor.name(), load));
      }
      return turn;
    } catch (IOException e) {
      throw new IOException(competitor.name() + ": " + e.getMessage(), e);
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
    } finally {
      transfers.forEach(BulkTransfer::close);
    }
  }
}

package dev.mptunnel.harness.bench;

import dev.mptunnel.harness.bench.Chain.End;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code bench memory}: what an idle session holds. */
@Command(
    name = "memory",
    description = {
      "Measures the heap that mpserver holds for each idle session of --sessions, after a full"
          + " collection, beyond what it holds for one. Each has carried a datagram, and none for"
          + " --seconds since. Of --chain takes sealed and plain."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class MemoryCommand implements Callable<Integer> {

  /** While each session has its datagram. */
  private static final int PER_SECOND = 2_000;

  @Mixin private BenchOptions options;

  @Spec private CommandSpec spec;

  private final Table table = new Table("chain", "sessions", "heap kB", "bytes a session");

  @Override
  public Integer call() throws IOException {
    List<Plan.Tunnel> tunnels = options.tunnels(spec);
    List<String> conditions =
        BenchRun.announce(
            "memory", Surroundings.lines(spec.commandLine().getParseResult().originalArgs()));
    List<String> places = options.sessions().stream().map(n -> n + " sessions").toList();
    Plot plot = new Plot("Live heap of mpserver", "kB", places);
    for (Plan.Tunnel tunnel : tunnels) {
      long one = serverHeap(tunnel, 1);
      List<Double> all = new ArrayList<>();
      for (int sessions : options.sessions()) {
        long heap = sessions == 1 ? one : serverHeap(tunnel, sessions);
        double each = sessions == 1 ? Double.NaN : (double) (heap - one) / (sessions - 1);
        table.add(
            tunnel.name(),
            Integer.toString(sessions),
            Table.number(heap / 1_024., 0),
            Table.number(each, 0));
        all.add(heap / 1_024.);
      }
      plot.add(tunnel.name(), Table.array(all));
    }
    new Results("memory", conditions, table, plot).publish(options, System.out);
    return 0;
  }

  private long serverHeap(Plan plan, int sessions) throws IOException {
    try (ChainSet set = ChainSet.start(List.of(plan), options, sessions)) {
      Chain chain = set.chains().getFirst();
      long nanos = Math.ceilDiv(sessions * TimeUnit.SECONDS.toNanos(1), PER_SECOND);
      Outcome outcome = chain.run(Load.counted(PER_SECOND, nanos, options.bytes().getFirst()));
      if (outcome.lost() > 0) {
        throw new IOException(outcome.lost() + " sessions do not carry a datagram");
      }
      pause();
      for (Chain.Part part : chain.parts()) {
        if (part.end() == End.FAR) {
          return LiveHeap.bytes(part.pid());
        }
      }
      throw new IllegalStateException("a tunnel without a server");
    }
  }

  private void pause() throws IOException {
    try {
      TimeUnit.SECONDS.sleep(options.seconds());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}

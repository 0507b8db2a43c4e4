package dev.mptunnel.harness.bench;

import dev.mptunnel.harness.bench.Chain.End;
import dev.mptunnel.harness.lab.Usage;
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
          + " collection, beyond what it holds for one, and the processor time that each costs it"
          + " in --seconds of idleness. Each has carried a datagram. Of --chain takes sealed and"
          + " plain."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class MemoryCommand implements Callable<Integer> {

  /** While each session has its datagram. */
  private static final int PER_SECOND = 1_000;

  /** So long after that it counts as idle. */
  private static final int IDLE_AFTER_SECONDS = 11;

  @Mixin private BenchOptions options;

  @Spec private CommandSpec spec;

  private final Table table =
      new Table("chain", "sessions", "heap kB", "bytes a session", "resident kB", "µs/s a session");

  /** What a server holds and spends while its sessions are idle. */
  private record Idle(long heapBytes, long residentKilobytes, double microsPerSecond) {}

  @Override
  public Integer call() throws IOException {
    List<Plan.Tunnel> tunnels = options.tunnels(spec);
    List<String> conditions =
        BenchRun.announce(
            "memory", Surroundings.lines(spec.commandLine().getParseResult().originalArgs()));
    List<String> places = options.sessions().stream().map(n -> n + " sessions").toList();
    Plot plot = new Plot("Live heap of mpserver", "kB", places);
    for (Plan.Tunnel tunnel : tunnels) {
      Idle one = measured(tunnel, 1);
      List<Double> all = new ArrayList<>();
      for (int sessions : options.sessions()) {
        Idle idle = sessions == 1 ? one : measured(tunnel, sessions);
        long more = idle.heapBytes - one.heapBytes;
        table.add(
            tunnel.name(),
            Integer.toString(sessions),
            Table.number(idle.heapBytes / 1_024., 0),
            Table.number(sessions == 1 ? Double.NaN : (double) more / (sessions - 1), 0),
            Long.toString(idle.residentKilobytes),
            Table.number(idle.microsPerSecond / sessions, 1));
        all.add(idle.heapBytes / 1_024.);
      }
      plot.add(tunnel.name(), Table.array(all));
    }
    new Results(options.resultsName("memory"), conditions, table, plot)
        .publish(options, System.out);
    return 0;
  }

  private Idle measured(Plan.Tunnel tunnel, int sessions) throws IOException {
    try (ChainSet set = ChainSet.start(List.of(tunnel), options, sessions)) {
      Chain chain = set.chains().getFirst();
      long nanos = Math.ceilDiv(sessions * TimeUnit.SECONDS.toNanos(1), PER_SECOND);
      Outcome outcome = chain.run(Load.counted(PER_SECOND, nanos, options.bytes().getFirst()));
      if (outcome.lost() > 0) {
        throw new IOException(outcome.lost() + " sessions do not carry a datagram");
      }
      BenchRun.pause(IDLE_AFTER_SECONDS);
      Usage before = chain.usage();
      BenchRun.pause(options.seconds());
      double micros = chain.usage().minus(before).serverNanos() / 1e3;
      for (Chain.Part part : chain.parts()) {
        if (part.end() == End.FAR) {
          return new Idle(
              LiveHeap.bytes(part.pid()),
              ResidentMemory.kilobytes(part.pid()),
              micros / options.seconds());
        }
      }
      throw new IllegalStateException("a tunnel without a server");
    }
  }
}

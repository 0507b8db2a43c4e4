package dev.mptunnel.harness.bench;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench allocation}: how many bytes a datagram leaves to the collector. */
@Command(
    name = "allocation",
    description = {
      "Measures the bytes of heap that mpclient and mpserver allocate for a datagram once they are"
          + " warm, by the JVM's count of their threads. Of --chain takes sealed and plain."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class AllocationCommand implements Callable<Integer> {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final int MAX_PER_SECOND = 1_000_000;

  @Mixin private BenchOptions options;

  @Option(names = "--rate", description = "Datagrams a second.")
  private int perSecond = 20_000;

  @Spec private CommandSpec spec;

  /** Kept here, or its level would be forgotten. */
  private final Logger log = Logger.getLogger("dev.mptunnel");

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final Table table =
      new Table("chain", "bytes", "rate", "near B", "far B", "both B", "lost %");
  private final Plot plot = new Plot("Allocated for a datagram", "B", List.of("near", "far"));

  @Override
  public Integer call() throws IOException {
    BenchOptions.check(spec, "--rate", List.of(perSecond), 1, MAX_PER_SECOND);
    List<Plan.Tunnel> tunnels = options.tunnels(spec);
    log.setLevel(Level.WARNING); // both programs tell here what they do
    List<String> conditions = new ArrayList<>();
    conditions.addAll(Surroundings.lines(spec.commandLine().getParseResult().originalArgs()));
    conditions.add("both ends in one JVM, each on its own thread; pings and all else are in it");
    BenchRun.announce("allocation", conditions);
    for (Plan.Tunnel tunnel : tunnels) {
      for (int bytes : options.bytes()) {
        measure(tunnel, bytes);
      }
    }
    new Results(options.resultsName("allocation"), conditions, table, plot)
        .publish(options, System.out);
    return 0;
  }

  private void measure(Plan.Tunnel plan, int bytes) throws IOException {
    try (Sink sink = Sink.open(new InetSocketAddress("127.0.0.1", 0));
        InProcessTunnel tunnel = new InProcessTunnel(plan, options.paths(), sink.address());
        Generator generator = Generator.open(List.of(tunnel.entry()), 1)) {
      generator.awaitSink(PATIENCE);
      if (options.warmUpNanos() > 0) {
        generator.run(Load.saturating(options.warmUpNanos(), bytes));
      }
      long near = tunnel.clientThread();
      long far = tunnel.serverThread();
      long nearBefore = threads.getThreadAllocatedBytes(near);
      long farBefore = threads.getThreadAllocatedBytes(far);
      Outcome outcome =
          generator.run(
              Load.counted(perSecond, TimeUnit.SECONDS.toNanos(options.seconds()), bytes));
      double count = Math.max(1, outcome.arrived());
      double nearBytes = (threads.getThreadAllocatedBytes(near) - nearBefore) / count;
      double farBytes = (threads.getThreadAllocatedBytes(far) - farBefore) / count;
      table.add(
          plan.name(),
          Integer.toString(bytes),
          Integer.toString(perSecond),
          Table.number(nearBytes, 1),
          Table.number(farBytes, 1),
          Table.number(nearBytes + farBytes, 1),
          Table.number(100 * outcome.lostShare(), 4));
      plot.add(plan.name() + " " + bytes + " B", nearBytes, farBytes);
    }
  }
}

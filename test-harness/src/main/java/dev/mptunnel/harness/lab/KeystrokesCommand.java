package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lab keystrokes}: how long a byte there and back takes, alone and beside a transfer. */
@Command(
    name = "keystrokes",
    description = {
      "Measures how long a keystroke takes there and back, over plain TCP and over mptunnel,",
      "idle and while a bulk transfer runs on the same lines, in network namespaces; as root."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class KeystrokesCommand implements Callable<Integer> {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  @Mixin private LabOptions options = new LabOptions();

  @Option(names = "--lines", description = "How many lines there are, all alike.")
  private int lineCount = 3;

  @Option(names = "--tunnels", description = "mptunnel's TCP connections over each bridge.")
  private int tunnels = 4;

  @Option(names = "--count", description = "Keystrokes of each series.")
  private int count = 400;

  @Option(names = "--pause", description = "Milliseconds between an answer and the next one.")
  private int pauseMillis = 20;

  @Option(
      names = "--start-up",
      description = "Seconds that mptunnel's programs move data before: a JVM is slow at first.")
  private int startUpSeconds = 30;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Optional<String> missing = Requirements.missing();
    if (missing.isPresent()) {
      throw new IOException(missing.get());
    }
    Conditions conditions = options.conditions(spec, List.of(), lineCount, 0);
    List<TcpCompetitor> ways =
        List.of(
            new RoutedTcp(PlainTotal.NAME, List.of(1), false, options.congestionControl()),
            new StripedTcp(
                "mptunnel",
                tunnels,
                new TunnelSockets(options.congestionControl(), "auto"),
                options.congestionControl(),
                BridgeKind.OURS));
    System.out.printf(
        Locale.ROOT,
        "%d lines of %d Mbit/s, %d ms each way, queue %d ms, %s; ms there and back%n%-10s %-6s"
            + " %8s %8s %8s%n",
        lineCount,
        options.rateMbit(),
        options.delayMillis(),
        options.queueMillis(),
        options.congestionControl(),
        "",
        "",
        "p50",
        "p99",
        "longest");
    try (LogDirectory directory = LogDirectory.open(options.logs());
        Topology topology = Topology.create(conditions, directory.path())) {
      RoutedLines.set(topology);
      String port = Integer.toString(StripedTcp.KEYSTROKES_PORT);
      try (Daemon _ = topology.server().start("echo", JavaProgram.command(name(), "serve", port))) {
        topology.server().awaitListener(StripedTcp.KEYSTROKES_PORT);
        for (int i = 0; i < options.runs(); i++) {
          for (TcpCompetitor way : ways) {
            measure(topology, way);
          }
        }
      }
    }
    return 0;
  }

  private static String name() {
    return Keystrokes.class.getName();
  }

  private void measure(Topology topology, TcpCompetitor way) throws IOException {
    try (TcpCompetitor.Ready ready = way.start(topology)) {
      TcpComparison.startUp(topology, ready, Direction.UP, startUpSeconds);
      print(way.name(), "idle", type(topology, ready.keystrokes()));
      int seconds = count * (pauseMillis + 20 * options.delayMillis()) / 1_000 + 20;
      BulkLoad load = new BulkLoad(Direction.UP, 10, seconds);
      List<BulkTransfer> transfers = new ArrayList<>();
      try {
        for (BulkConnection connection : ready.connections()) {
          transfers.add(
              BulkTransfer.start(topology, connection, load, options.congestionControl()));
        }
        Wait.pass(Duration.ofSeconds(load.warmUpSeconds()));
        print(way.name(), "bulk", type(topology, ready.keystrokes()));
      } finally {
        transfers.forEach(BulkTransfer::close);
      }
    }
  }

  private String type(Topology topology, Endpoint to) throws IOException {
    String[] arguments = {
      "type",
      to.host(),
      Integer.toString(to.port()),
      Integer.toString(count),
      Integer.toString(pauseMillis)
    };
    try (Daemon typist =
        topology.client().start("typist", JavaProgram.command(name(), arguments))) {
      Duration limit = LIMIT.plusMillis(count * (pauseMillis + 1_000L));
      if (typist.awaitExit(limit) != 0) {
        throw new IOException("typing failed: " + typist.output());
      }
      List<String> lines = typist.output().lines().toList();
      return lines.getLast();
    }
  }

  private static void print(String way, String when, String micros) {
    String[] values = micros.split(" ");
    System.out.printf(
        Locale.ROOT,
        "%-10s %-6s %8.1f %8.1f %8.1f%n",
        way,
        when,
        Long.parseLong(values[0]) / 1e3,
        Long.parseLong(values[1]) / 1e3,
        Long.parseLong(values[2]) / 1e3);
  }
}

package dev.mptunnel.harness.lab;

import dev.mptunnel.harness.link.LinkProperties;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lab tcp}: one bulk TCP connection over several lines, by several ways. */
@Command(
    name = "tcp",
    description = {
      "Compares ways for one bulk TCP connection over several lines: plain TCP over one of them,",
      "Multipath TCP and mptunnel, in network namespaces; as root."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class TcpCommand implements Callable<Integer> {

  private static final String MPTCP = "mptcp";
  private static final String OURS = "mptunnel";

  /** Takes part only where it is named. */
  private static final String REFERENCE = "reference";

  private static final List<String> NAMES = List.of(PlainTotal.NAME, MPTCP, OURS, REFERENCE);

  @Mixin private LabOptions options = new LabOptions();

  @Option(
      names = "--line",
      paramLabel = "WORDS",
      description = {
        "A line, both ways alike, such as 'loss=1%% delay=30ms rate=50mbit'; once for each,",
        "instead of --lines, --loss, --rate, --delay and --queue."
      })
  private List<String> lines = List.of();

  @Option(names = "--lines", description = "How many lines there are, all alike.")
  private int lineCount = 2;

  @Option(names = "--loss", description = "Loss of each line each way, percent.")
  private double lossPercent;

  @Option(
      names = "--app-cc",
      description = "That of the application's connections to mptunnel's programs.")
  private String applicationControl = "cubic";

  @Option(names = "--tunnels", description = "mptunnel's TCP connections over each bridge.")
  private int tunnels = 4;

  @Option(names = "--tcp-engine", description = "What moves the bytes of mptunnel's programs.")
  private String engine = "auto";

  @Option(
      names = "--start-up",
      description = {
        "Seconds that mptunnel's programs move data each way before the first run: the compilers"
            + " of",
        "that many JVMs are all that a small machine does at first."
      })
  private int startUpSeconds = 50;

  @Option(names = "--warm-up", description = "Seconds of each transfer that do not count.")
  private int warmUpSeconds = 8;

  @Option(names = "--seconds", description = "Seconds of each transfer that count, after those.")
  private int seconds = 10;

  @Option(names = "--direction", description = "Of the data: ${COMPLETION-CANDIDATES}.")
  private TcpDirection direction = TcpDirection.UP;

  @Option(
      names = "--bridges",
      description = "What forwards for mptunnel: ${COMPLETION-CANDIDATES}.")
  private BridgeKind bridges = BridgeKind.OURS;

  @Option(
      names = "--only",
      split = ",",
      description = {
        "Which of plain, mptcp, mptunnel and reference take part; all but reference if not given.",
        "Plain is TCP over one line, over each in turn where they differ; reference is plain TCP",
        "over all lines at once, a connection for each, which shows what the emulator can do."
      })
  private List<String> only = List.of();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Optional<String> missing = Requirements.missing();
    if (missing.isPresent()) {
      throw new IOException(missing.get());
    }
    Conditions conditions = options.conditions(spec, lines, lineCount, lossPercent);
    List<String> names =
        Choice.of(spec, "--only", only, NAMES, name -> name, name -> !name.equals(REFERENCE));
    TcpReport report = new TcpReport(System.out);
    boolean multipath = names.contains(MPTCP) && hasMultipath(report);
    List<TcpCompetitor> competitors = new ArrayList<>();
    for (String name : names) {
      if (multipath || !name.equals(MPTCP)) {
        competitors.addAll(competitors(name, conditions.lines()));
      }
    }
    List<BulkLoad> loads =
        direction.directions().stream()
            .map(way -> new BulkLoad(way, warmUpSeconds, seconds))
            .toList();
    TcpComparison comparison =
        new TcpComparison(competitors, startUpSeconds, loads, options.runs());
    measure(conditions, comparison, multipath, report);
    return 0;
  }

  private void measure(
      Conditions conditions, TcpComparison comparison, boolean multipath, TcpReport report)
      throws IOException {
    try (LogDirectory directory = LogDirectory.open(options.logs());
        Topology topology = Topology.create(conditions, directory.path())) {
      RoutedLines.set(topology);
      if (multipath) {
        RoutedLines.addSubflows(topology);
      }
      report.condition(
          "congestion",
          "%s; of the application before mptunnel %s"
              .formatted(options.congestionControl(), applicationControl));
      report.condition(
          "mptunnel",
          "%d tunnels over each bridge, sealed, engine %s, bridges %s"
              .formatted(tunnels, engine, bridges.name().toLowerCase(Locale.ROOT)));
      report.conditions(topology, comparison);
      List<TcpRun> all = comparison.measure(topology, report::run);
      report.tables(all, conditions.lines().size());
    }
  }

  /** Whether it can take part; an error if it was asked for and cannot. */
  private boolean hasMultipath(TcpReport report) throws IOException {
    Optional<String> missing = Requirements.missingForMultipath();
    if (missing.isPresent() && !only.isEmpty()) {
      throw new IOException(missing.get());
    }
    missing.ifPresent(text -> report.condition(MPTCP, "takes no part: " + text));
    return missing.isEmpty();
  }

  private List<TcpCompetitor> competitors(String name, List<LinkProperties> all) {
    List<Integer> numbers = IntStream.rangeClosed(1, all.size()).boxed().toList();
    return switch (name) {
      case MPTCP -> List.of(new RoutedTcp(name, numbers, true, options.congestionControl()));
      case OURS ->
          List.of(
              new StripedTcp(
                  name,
                  tunnels,
                  new TunnelSockets(options.congestionControl(), engine),
                  applicationControl,
                  bridges));
      case REFERENCE -> List.of(new RoutedTcp(name, numbers, false, options.congestionControl()));
      default -> plain(all);
    };
  }

  /** Over the first line, which stands for all where they are alike, else over each. */
  private List<TcpCompetitor> plain(List<LinkProperties> all) {
    if (new HashSet<>(all).size() == 1) {
      return List.of(
          new RoutedTcp(PlainTotal.NAME, List.of(1), false, options.congestionControl()));
    }
    List<TcpCompetitor> each = new ArrayList<>();
    for (int line = 1; line <= all.size(); line++) {
      String name = PlainTotal.NAME + " " + line;
      each.add(new RoutedTcp(name, List.of(line), false, options.congestionControl()));
    }
    return each;
  }
}

package dev.mptunnel.harness.lab;

import dev.mptunnel.harness.lab.application.Application;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code lab applications}: what everybody uses, directly and through mpclient's proxy. */
@Command(
    name = "applications",
    description = {
      "Has curl, ssh, scp, git, a browser and a resolver do their work directly and through",
      "mpclient's proxy, while one of its lines dies, in network namespaces; as root."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class ApplicationsCommand implements Callable<Integer> {

  @Mixin private LabOptions options = new LabOptions();

  @Option(names = "--lines", description = "How many lines there are, all alike.")
  private int lineCount = 3;

  @Option(names = "--loss", description = "Loss of each line each way, percent.")
  private double lossPercent = 1;

  @Option(names = "--tunnels", description = "mptunnel's TCP connections over each bridge.")
  private int tunnels = 4;

  @Option(
      names = "--warm-up",
      description = {
        "How often each application does its work through the proxy before it counts: a JVM is",
        "slow at first."
      })
  private int warmUps = 1;

  @Option(
      names = "--only",
      split = ",",
      description = "Which of the applications take part, by the names that the table has.")
  private List<String> only = List.of();

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Optional<String> missing = Requirements.missingForApplications();
    if (missing.isPresent()) {
      throw new IOException(missing.get());
    }
    Conditions conditions = options.conditions(spec, List.of(), lineCount, lossPercent);
    TunnelSockets sockets = new TunnelSockets(options.congestionControl(), "auto");
    ApplicationsReport report = new ApplicationsReport(System.out);
    try (LogDirectory directory = LogDirectory.open(options.logs());
        Topology topology = Topology.create(conditions, directory.path());
        ApplicationsComparison comparison =
            ApplicationsComparison.start(topology, conditions, tunnels, sockets)) {
      List<Application> applications =
          Choice.of(spec, "--only", only, comparison.applications(), Application::name);
      report.conditions(
          topology,
          applications,
          "%d tunnels over each bridge, sealed; these and what goes directly send by %s"
              .formatted(tunnels, sockets.congestionControl()));
      for (int i = 0; i < warmUps; i++) {
        comparison.warmUp(applications);
      }
      List<ApplicationRun> runs = comparison.measure(applications, options.runs(), report::run);
      report.table(runs);
      return hasFailed(runs) ? 1 : 0;
    }
  }

  private static boolean hasFailed(List<ApplicationRun> runs) {
    return runs.stream()
        .anyMatch(run -> run.way() == ApplicationWay.MPTUNNEL && run.failures() > 0);
  }
}

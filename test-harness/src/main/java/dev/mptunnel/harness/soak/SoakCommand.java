package dev.mptunnel.harness.soak;

import dev.mptunnel.harness.lab.Choice;
import dev.mptunnel.harness.lab.LogDirectory;
import dev.mptunnel.harness.lab.Requirements;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lab soak}: an hour of load and faults, and what was promised. */
@Command(
    name = "soak",
    description = {
      "Runs all programs for an hour under load, with a fault every few seconds, in network",
      "namespaces; as root. Says what was promised and not kept, and what the programs took.",
      "Exits with 1 where a promise was broken."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class SoakCommand implements Callable<Integer> {

  private static final String LOGS_PREFIX = "mptunnel-soak-";
  private static final double MILLIS_PER_MINUTE = 60_000;
  private static final double MILLIS_PER_SECOND = 1_000;

  @Option(names = "--minutes", description = "How long.")
  private double minutes = 60;

  @Option(names = "--rate", description = "Datagrams a second, half of them each way.")
  private int perSecond = 20_000;

  @Option(
      names = "--connections",
      description = "TCP connections at once; half of them stay, half are made again and again.")
  private int connections = 50;

  @Option(names = "--paths", description = "Bridges, each a path.")
  private int paths = 3;

  @Option(names = "--every", description = "Seconds from one fault to the next.")
  private double everySeconds = 10;

  @Option(names = "--warm-up", description = "Seconds of load before all that counts.")
  private int warmUpSeconds = 30;

  @Option(
      names = "--restart-ends",
      description = {
        "Also kill mpserver and mpclient and start them again; then there is no single process to",
        "look at the memory of."
      })
  private boolean restartEnds;

  @Option(
      names = "--only",
      paramLabel = "KIND",
      split = ",",
      description = {
        "Which faults there are; all that leave both ends alive if not given. There are cut,"
            + " cut-up,",
        "cut-down, bursts, delay, mtu, rebind, resets, stop-bridge, kill-bridge, kill-server and",
        "kill-client."
      })
  private List<String> only = List.of();

  @Option(
      names = "--keep-logs",
      paramLabel = "DIR",
      description = "A directory for all logs; a new one in that for temporary files if not given.")
  private Path logs;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    SoakPlan plan = plan();
    Optional<String> missing = Requirements.missing();
    if (missing.isPresent()) {
      throw new IOException(missing.get());
    }
    Path chosen = logs == null ? Files.createTempDirectory(LOGS_PREFIX) : logs;
    try (LogDirectory directory = LogDirectory.open(chosen)) {
      SoakReport report = new SoakReport(System.out);
      report.plan(plan, directory.path());
      SoakOutcome outcome = Soak.run(plan, directory.path(), System.out);
      report.outcome(outcome);
      SoakReport.write(outcome.programs(), directory.path().resolve("samples.csv"));
      System.out.println("logs and samples.csv are in " + directory.path());
      return outcome.broken().count() == 0 ? 0 : 1;
    }
  }

  private SoakPlan plan() {
    List<FaultKind> all = List.of(FaultKind.values());
    List<FaultKind> kinds =
        Choice.of(
            spec,
            "--only",
            only,
            all,
            FaultKind::word,
            kind -> restartEnds || kind.promise() == Promise.CARRIES_ON);
    try {
      return new SoakPlan(
          paths,
          perSecond,
          connections,
          Duration.ofSeconds(warmUpSeconds),
          Duration.ofMillis(Math.round(minutes * MILLIS_PER_MINUTE)),
          Duration.ofMillis(Math.round(everySeconds * MILLIS_PER_SECOND)),
          kinds);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}

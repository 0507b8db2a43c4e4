package dev.mptunnel.harness.scenario;

import dev.mptunnel.harness.lab.LogDirectory;
import dev.mptunnel.harness.lab.Requirements;
import dev.mptunnel.harness.lab.Topology;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lab run FILE}: plays a scenario. */
@Command(
    name = "run",
    description = "Plays a scenario on emulated lines, in network namespaces; as root.",
    mixinStandardHelpOptions = true)
public final class RunCommand implements Callable<Integer> {

  private static final Duration WARM_UP = Duration.ofSeconds(10);

  @Parameters(paramLabel = "FILE", description = "A scenario; see test-harness/scenarios.")
  private Path file;

  @Option(names = "--keep-logs", description = "A directory for all logs, which is kept.")
  private Path logs;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Scenario scenario = read(spec, file);
    PrintStream out = System.out;
    try (LogDirectory directory = LogDirectory.open(logs);
        Topology topology = Topology.create(scenario.conditions(), directory.path());
        ScenarioRun run = new ScenarioRun(scenario, topology, out)) {
      run.play(WARM_UP);
    }
    return 0;
  }

  /** Reads the file, or says in one line what is wrong with it or with this machine. */
  static Scenario read(CommandSpec spec, Path file) throws IOException {
    Scenario scenario;
    try {
      scenario = ScenarioFile.read(file);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    Optional<String> missing = Requirements.missing();
    if (missing.isPresent()) {
      throw new IOException(missing.get());
    }
    return scenario;
  }
}

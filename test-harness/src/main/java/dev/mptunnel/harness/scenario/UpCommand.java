package dev.mptunnel.harness.scenario;

import dev.mptunnel.harness.lab.LogDirectory;
import dev.mptunnel.harness.lab.Namespace;
import dev.mptunnel.harness.lab.Topology;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code lab up FILE}: a scenario's hosts and lines, to be used by hand. */
@Command(
    name = "up",
    description = {
      "Brings up the hosts and lines of a scenario, to be used by hand; as root. Its passengers"
          + " and",
      "its timeline are left to you: each line of the input, such as 'line 2 loss=5%%' or",
      "'line 1 down', is done to a line. At the end of the input, or on Ctrl-C, all is taken down."
    },
    mixinStandardHelpOptions = true)
public final class UpCommand implements Callable<Integer> {

  @Parameters(paramLabel = "FILE", description = "A scenario; see test-harness/scenarios.")
  private Path file;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    Scenario scenario = RunCommand.read(spec, file);
    PrintStream out = System.out;
    try (LogDirectory directory = LogDirectory.open(null);
        Topology topology = Topology.create(scenario.conditions(), directory.path());
        ScenarioRun run = new ScenarioRun(scenario, topology, out)) {
      run.setUp();
      describe(topology, out);
      takeActions(topology, out);
    }
    return 0;
  }

  private static void describe(Topology topology, PrintStream out) {
    out.println();
    describe(topology.client(), "the client; finds the bridges at the addresses below", out);
    for (int line = 1; line <= topology.bridges().size(); line++) {
      String what =
          "bridge "
              + line
              + ", "
              + topology.bridgeAddress(line)
              + "; finds the server at "
              + topology.serverAddress(line);
      describe(topology.bridges().get(line - 1), what, out);
    }
    describe(topology.server(), "the server", out);
    out.println();
  }

  private static void describe(Namespace host, String what, PrintStream out) {
    out.printf("ip netns exec %-20s bash   # %s%n", host.name(), what);
  }

  private static void takeActions(Topology topology, PrintStream out) throws IOException {
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
    for (String line; (line = in.readLine()) != null; ) {
      if (line.isBlank()) {
        continue;
      }
      try {
        LineAction action = LineAction.parse(line);
        action.apply(topology.lines());
        out.println("line " + action.number() + "  " + topology.lines().get(action.number() - 1));
      } catch (IllegalArgumentException e) {
        out.println(e.getMessage());
      }
    }
  }
}

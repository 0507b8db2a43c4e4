package dev.mptunnel.harness;

import dev.mptunnel.harness.lab.OpenVpnCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code ./mptunnel lab}: measurements with real programs on emulated lines. Needs root. */
@Command(
    name = "mptunnel lab",
    description = "Measures tunnels with real programs in network namespaces. Needs root.",
    mixinStandardHelpOptions = true,
    subcommands = OpenVpnCommand.class,
    synopsisSubcommandLabel = "COMMAND")
public final class Lab {

  /** Runs the command line; exits with 0 for success, 1 for a failure, 2 for bad usage. */
  public static void main(String[] args) {
    CommandLine line = new CommandLine(new Lab()).setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler(
        (e, command, parsed) -> {
          command.getErr().println("lab: " + e.getMessage());
          return 1;
        });
    System.exit(line.execute(args));
  }
}

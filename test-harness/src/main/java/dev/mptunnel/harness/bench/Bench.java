package dev.mptunnel.harness.bench;

import dev.mptunnel.harness.micro.JmhCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code ./mptunnel bench}: what tunnels cost and how many datagrams they carry. */
@Command(
    name = "mptunnel bench",
    description = "Measures what a datagram costs, how many are carried, and how late they are.",
    mixinStandardHelpOptions = true,
    subcommands = {
      CpuCommand.class,
      RateCommand.class,
      LatencyCommand.class,
      AllocationCommand.class,
      MemoryCommand.class,
      StartCommand.class,
      SinkCommand.class,
      JmhCommand.class
    },
    synopsisSubcommandLabel = "COMMAND")
public final class Bench {

  /** Runs the command line; exits with 0 for success, 1 for a failure, 2 for bad usage. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Bench()).setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler(
        (e, command, parsed) -> {
          command.getErr().println("bench: " + e.getMessage());
          return 1;
        });
    line.setParameterExceptionHandler(
        (e, wrong) -> {
          CommandLine command = e.getCommandLine();
          String name = command.getCommandSpec().qualifiedName();
          command.getErr().println("bench: " + e.getMessage() + "; try './" + name + " --help'");
          if (command.getParent() == null) {
            command.usage(command.getErr()); // it lists the benchmarks
          }
          return 2;
        });
    return line;
  }
}

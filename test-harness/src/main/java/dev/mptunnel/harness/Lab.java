package dev.mptunnel.harness;

import dev.mptunnel.harness.lab.ApplicationsCommand;
import dev.mptunnel.harness.lab.CpuCommand;
import dev.mptunnel.harness.lab.KeystrokesCommand;
import dev.mptunnel.harness.lab.OpenVpnCommand;
import dev.mptunnel.harness.lab.TcpCommand;
import dev.mptunnel.harness.scenario.RunCommand;
import dev.mptunnel.harness.scenario.UpCommand;
import dev.mptunnel.harness.soak.SoakCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code ./mptunnel lab}: measurements with real programs, most of them on emulated lines. */
@Command(
    name = "mptunnel lab",
    description = "Measures tunnels with real programs.",
    mixinStandardHelpOptions = true,
    subcommands = {
      RunCommand.class,
      UpCommand.class,
      OpenVpnCommand.class,
      TcpCommand.class,
      KeystrokesCommand.class,
      ApplicationsCommand.class,
      CpuCommand.class,
      SoakCommand.class
    },
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
    line.setParameterExceptionHandler(
        (e, wrong) -> {
          CommandLine command = e.getCommandLine();
          String name = command.getCommandSpec().qualifiedName();
          command.getErr().println("lab: " + e.getMessage() + "; try './" + name + " --help'");
          if (command.getParent() == null) {
            command.usage(command.getErr()); // it lists the labs
          }
          return 2;
        });
    System.exit(line.execute(args));
  }
}

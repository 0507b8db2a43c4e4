package dev.mptunnel.manual;

import dev.mptunnel.config.BridgeCommand;
import dev.mptunnel.config.ClientCommand;
import dev.mptunnel.config.Command;
import dev.mptunnel.config.KeysCommand;
import dev.mptunnel.config.ServerCommand;
import dev.mptunnel.program.Checkup;
import dev.mptunnel.program.OrderProgram;
import dev.mptunnel.program.StatusProgram;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;

/**
 * A program with all that may stand behind its name.
 *
 * @param main what it is without another word
 * @param words what else it does, each by a word of its own, which ends the name of its model
 */
record Commands(Command<?> main, List<CommandSpec> words) {

  /** All programs. */
  static List<Commands> all() {
    return List.of(client(), server(), bridge());
  }

  private static Commands client() {
    return new Commands(
        new ClientCommand(Map.of()),
        List.of(
            Checkup.spec(ClientCommand.doctor(Map.of())),
            StatusProgram.spec("mpclient"),
            OrderProgram.reloadSpec("mpclient"),
            OrderProgram.pathSpec("mpclient")));
  }

  private static Commands server() {
    return new Commands(
        new ServerCommand(Map.of()),
        Stream.concat(
                KeysCommand.all().stream().map(Command::spec),
                Stream.of(
                    Checkup.spec(ServerCommand.check(Map.of())),
                    StatusProgram.spec("mpserver"),
                    OrderProgram.reloadSpec("mpserver")))
            .toList());
  }

  private static Commands bridge() {
    return new Commands(
        new BridgeCommand(),
        List.of(
            Checkup.spec(BridgeCommand.check()),
            StatusProgram.spec("mpbridge"),
            OrderProgram.reloadSpec("mpbridge")));
  }

  String name() {
    return main.name();
  }

  /** The word that stands for one of its commands. */
  static String word(CommandSpec command) {
    return command.name().substring(command.name().indexOf(' ') + 1);
  }
}

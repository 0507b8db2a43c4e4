package dev.mptunnel.config;

import java.util.List;
import java.util.Map;

/** {@code mpclient [OPTIONS] [FILE]}. */
public final class ClientCommand extends Command<ClientConfig> {

  /** A command that knows these variables of the environment. */
  public ClientCommand(Map<String, String> environment) {
    this(
        new CommandText(
            "mpclient",
            List.of("[OPTIONS] [FILE]", "doctor [--json] [OPTIONS] [FILE]"),
            "Takes an application's UDP datagrams and sends each over every bridge at once, so that"
                + " it arrives if any way delivers it.",
            "mpclient mpclient.conf",
            List.of(
                "A line in FILE without '=' is a bridge: " + BridgeSyntax.EXAMPLE,
                "A relative PATH in FILE counts from FILE's folder.",
                "doctor looks whether all of it would work, and says what to do where it would not:"
                    + " 'mpclient doctor --help'.",
                EnvironmentVariables.HELP,
                "'mpclient status' shows how it goes; signal USR1 prints the figures of every"
                    + " path.",
                CommandText.reloadNote("mpclient", Settings.CLIENT),
                "'mpclient path' adds, removes, pauses and lists paths of one that runs."),
            true),
        environment);
  }

  private ClientCommand(CommandText text, Map<String, String> environment) {
    super(text, Settings.CLIENT, environment);
  }

  /** {@code mpclient doctor [OPTIONS] [FILE]}, but for its first word. */
  public static ClientCommand doctor(Map<String, String> environment) {
    return new ClientCommand(
        CommandText.checkup(
            "mpclient doctor",
            "[OPTIONS] [FILE]",
            "Asks every bridge, by UDP and by TCP, for some ten seconds, and says of each whether"
                + " it would work, and what to do if not. An mpclient that runs is not disturbed.",
            "mpclient doctor mpclient.conf",
            "There are no ports to open: it listens nowhere."),
        environment);
  }

  @Override
  String file(List<String> operands, String option) throws ConfigException {
    if (operands.size() + (option == null ? 0 : 1) > 1) {
      throw new ConfigException(
          "more than one file is given, the last "
              + Excerpt.of(operands.getLast())
              + "; expected one");
    }
    return operands.isEmpty() ? option : operands.getFirst();
  }

  @Override
  void addOperands(List<String> operands, SettingValues values) {
    // The one operand is the file, and that was read.
  }

  @Override
  ClientConfig build(SettingValues values, String file) throws ConfigException {
    String how = "a FILE, or --bridge 'HOST PORT'";
    String line = "in " + file + " " + new BridgeSyntax().expected();
    require(Settings.BRIDGE, "bridge", values, file == null ? how : line);
    return ClientConfig.of(values);
  }
}

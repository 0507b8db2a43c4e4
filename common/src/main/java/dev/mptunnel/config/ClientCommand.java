package dev.mptunnel.config;

import java.util.List;

/** {@code mpclient [OPTIONS] [FILE]}. */
public final class ClientCommand extends Command<ClientConfig> {

  public ClientCommand() {
    super(
        new CommandText(
            "mpclient",
            List.of("[OPTIONS] [FILE]"),
            "Takes an application's UDP datagrams and sends each over every bridge at once, so that"
                + " it arrives if any way delivers it.",
            "mpclient mpclient.conf",
            List.of(
                "A line in FILE without '=' is a bridge: " + BridgeSyntax.EXAMPLE,
                "Signal USR1 prints the figures of every path.")),
        Settings.CLIENT);
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

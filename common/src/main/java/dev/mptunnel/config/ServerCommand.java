package dev.mptunnel.config;

import java.util.List;

/** {@code mpserver [-c FILE] [OPTIONS] PORT TARGET_HOST TARGET_PORT}. */
public final class ServerCommand extends Command<ServerConfig> {

  private static final String SYNOPSIS = "PORT[,PORT...] TARGET_HOST TARGET_PORT";

  public ServerCommand() {
    super(
        new CommandText(
            "mpserver",
            List.of("[-c FILE] [OPTIONS] [" + SYNOPSIS + "]"),
            "Receives what mpclients send over their bridges, delivers the first copy of each"
                + " datagram to the target, and sends the answers back over every way.",
            "mpserver 2000 127.0.0.1 1194",
            List.of(
                "PORT stands for --listen, TARGET_HOST TARGET_PORT (or HOST:PORT) for --target.",
                "Signal USR1 prints the figures of every session.")),
        Settings.MPSERVER);
  }

  @Override
  void addOperands(List<String> operands, SettingValues values) throws ConfigException {
    if (operands.isEmpty()) {
      return;
    }
    values.add(Settings.LISTEN, operands.getFirst(), "PORT");
    List<String> targets = AddressOperands.join(operands.subList(1, operands.size()), "TARGET");
    if (targets.size() != 1) {
      throw new ConfigException(
          (targets.isEmpty() ? "no target is given" : "more than one target is given")
              + "; expected mpserver "
              + SYNOPSIS);
    }
    values.add(Settings.TARGET, targets.getFirst(), "TARGET");
  }

  @Override
  ServerConfig build(SettingValues values, String file) throws ConfigException {
    String how = file == null ? "mpserver " + SYNOPSIS : "an option or a line in " + file;
    require(Settings.LISTEN, "listening port", values, how);
    require(Settings.TARGET, "target", values, how);
    return ServerConfig.of(values);
  }
}

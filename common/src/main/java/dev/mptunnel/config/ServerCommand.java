package dev.mptunnel.config;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * {@code mpserver [-c FILE] [OPTIONS] PORT TARGET_HOST TARGET_PORT}; for what else mpserver does
 * see {@link KeysCommand}.
 */
public final class ServerCommand extends Command<ServerConfig> {

  private static final String SYNOPSIS = "PORT[,PORT...] TARGET_HOST TARGET_PORT";

  /** A command that knows these variables of the environment. */
  public ServerCommand(Map<String, String> environment) {
    this(
        new CommandText(
            "mpserver",
            List.of(
                "[-c FILE] [OPTIONS] [" + SYNOPSIS + "]",
                "keygen [FILE]",
                "invite|revoke [-c FILE] [OPTIONS] NAME",
                "clients [-c FILE] [OPTIONS]",
                "check [--json] [-c FILE] [OPTIONS] [" + SYNOPSIS + "]"),
            "Receives what mpclients send over their bridges, delivers the first copy of each"
                + " datagram to the target, and sends the answers back over every way.",
            "mpserver 2000 127.0.0.1 1194",
            List.of(
                "PORT stands for --listen, TARGET_HOST TARGET_PORT (or HOST:PORT) for --target.",
                "keygen makes a secret; invite lets one client in and revoke ends that, while the"
                    + " server runs; clients lists them. 'mpserver invite --help' says more.",
                "check looks whether all of it would work here: 'mpserver check --help'.",
                "A relative PATH in FILE counts from FILE's folder.",
                EnvironmentVariables.HELP,
                "'mpserver status' shows how it goes; signal USR1 prints the figures of every"
                    + " session.",
                CommandText.reloadNote("mpserver", Settings.MPSERVER)),
            true),
        environment);
  }

  private ServerCommand(CommandText text, Map<String, String> environment) {
    super(text, Settings.MPSERVER, environment);
  }

  /**
   * {@code mpserver check [-c FILE] [OPTIONS] PORT TARGET_HOST TARGET_PORT}, but for its first
   * word.
   */
  public static ServerCommand check(Map<String, String> environment) {
    return new ServerCommand(
        CommandText.checkup(
            "mpserver check",
            "[-c FILE] [OPTIONS] [" + SYNOPSIS + "]",
            "Looks at this side: ports, targets, secret and clients file, limits of the kernel,"
                + " firewall, clock. An mpserver that runs is not disturbed.",
            "mpserver check -c mpserver.conf",
            "What stands between here and the clients, 'mpclient doctor' sees, at the other end."),
        environment);
  }

  @Override
  void addOperands(List<String> operands, SettingValues values) throws ConfigException {
    if (operands.isEmpty()) {
      return;
    }
    addListen(operands.getFirst(), values);
    if (operands.size() == 1 && hasOtherTargets(values)) {
      return; // the only targets may be those with names, or of TCP, or what clients name
    }
    List<String> targets = AddressOperands.join(operands.subList(1, operands.size()), "TARGET");
    if (targets.size() != 1) {
      throw new ConfigException(
          (targets.isEmpty() ? "no target is given" : "more than one target is given")
              + "; expected mpserver "
              + SYNOPSIS);
    }
    values.add(Settings.TARGET, targets.getFirst(), "TARGET");
  }

  private static boolean hasOtherTargets(SettingValues values) throws ConfigException {
    return values.has(Settings.TCP_TARGET)
        || values.has(Settings.ALLOW)
        || !values.members(Settings.TARGET_NAMED).isEmpty()
        || !values.members(Settings.TCP_TARGET_NAMED).isEmpty();
  }

  private static void addListen(String port, SettingValues values) throws ConfigException {
    try {
      values.add(Settings.LISTEN, port, "PORT");
    } catch (ConfigException e) {
      String nearest = NearestName.of(port, words());
      if (nearest == null) {
        throw e;
      }
      throw new ConfigException(
          "unknown command " + Excerpt.of(port) + "; did you mean " + nearest + "?");
    }
  }

  private static List<String> words() {
    return Stream.concat(KeysCommand.words().stream(), Stream.of("check")).toList();
  }

  @Override
  ServerConfig build(SettingValues values, String file) throws ConfigException {
    String how = file == null ? "mpserver " + SYNOPSIS : "an option or a line in " + file;
    require(Settings.LISTEN, "listening port", values, how);
    if (!hasOtherTargets(values)) {
      require(Settings.TARGET, "target", values, how);
    }
    return ServerConfig.of(values);
  }
}

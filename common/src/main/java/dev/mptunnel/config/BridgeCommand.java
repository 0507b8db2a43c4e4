package dev.mptunnel.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * {@code mpbridge [-c FILE] [OPTIONS] PORT SERVER...}, and the two words one would say to socat.
 */
public final class BridgeCommand extends Command<BridgeConfig> {

  private static final String SYNOPSIS = "PORT HOST:PORT";

  public BridgeCommand() {
    this(
        new CommandText(
            "mpbridge",
            List.of(
                "[-c FILE] [OPTIONS] [PORT HOST:PORT [HOST:PORT...]]",
                "[OPTIONS] PORT HOST PORT",
                "[OPTIONS] udp-listen:PORT udp4:HOST:PORT, or with tcp for udp",
                "check [--json], and any of these"),
            "Passes the datagrams and TCP connections of many clients on to the server and the"
                + " answers back, unread and unchanged.",
            "mpbridge 4000 192.0.2.1:2000",
            List.of(
                "PORT stands for --listen, each HOST:PORT for --server.",
                "check looks whether all of it would work here: 'mpbridge check --help'.",
                "'mpbridge status' shows how it goes; signal USR1 prints the figures.",
                CommandText.reloadNote("mpbridge", Settings.RELAY)),
            true));
  }

  private BridgeCommand(CommandText text) {
    super(text, Settings.RELAY, Map.of());
  }

  /** {@code mpbridge check [-c FILE] [OPTIONS] PORT SERVER...}, but for its first word. */
  public static BridgeCommand check() {
    return new BridgeCommand(
        CommandText.checkup(
            "mpbridge check",
            "[-c FILE] [OPTIONS] [PORT HOST:PORT [HOST:PORT...]]",
            "Looks at this side: ports, servers, limits of the kernel, firewall, clock. A bridge"
                + " that runs is not disturbed.",
            "mpbridge check 4000 192.0.2.1:2000",
            "Whether a server takes what a client sends, only 'mpclient doctor' can see."));
  }

  @Override
  void addOperands(List<String> operands, SettingValues values) throws ConfigException {
    if (operands.isEmpty()) {
      return;
    }
    values.add(Settings.LISTEN, SocatAddress.listen(operands.getFirst(), "PORT"), "PORT");
    List<String> servers = AddressOperands.join(operands.subList(1, operands.size()), "SERVER");
    if (servers.isEmpty()) {
      throw new ConfigException("no server is given; expected mpbridge " + SYNOPSIS);
    }
    Protocol protocol = SocatAddress.protocol(operands.getFirst());
    for (String server : servers) {
      Protocol its = SocatAddress.protocol(server);
      if (its != null && protocol == null) {
        protocol = its;
      } else if (its != null && its != protocol) {
        throw new ConfigException(
                Excerpt.of(server) + " is of another protocol than what is listened for")
            .at("SERVER");
      }
      values.add(Settings.SERVER, SocatAddress.remote(server, "SERVER"), "SERVER");
    }
    boolean isSaid = values.has(Settings.PROTOCOL) && values.get(Settings.PROTOCOL) == protocol;
    if (protocol != null && !isSaid) {
      values.add(Settings.PROTOCOL, protocol.name().toLowerCase(Locale.ROOT), "PORT");
    }
  }

  @Override
  BridgeConfig build(SettingValues values, String file) throws ConfigException {
    String how = file == null ? "mpbridge " + SYNOPSIS : "an option or a line in " + file;
    require(Settings.LISTEN, "listening port", values, how);
    require(Settings.SERVER, "server", values, how);
    return BridgeConfig.of(values);
  }
}

package dev.mptunnel.harness.fuzz;

import dev.mptunnel.config.BridgeCommand;
import dev.mptunnel.config.BridgeConfig;
import dev.mptunnel.config.BridgeLine;
import dev.mptunnel.config.ClientCommand;
import dev.mptunnel.config.ClientConfig;
import dev.mptunnel.config.ClientProxy;
import dev.mptunnel.config.Command;
import dev.mptunnel.config.CommandResult;
import dev.mptunnel.config.HostPort;
import dev.mptunnel.config.ServerCommand;
import dev.mptunnel.config.ServerConfig;
import dev.mptunnel.config.SessionSettings;
import dev.mptunnel.config.SocketSettings;
import dev.mptunnel.config.StatusSettings;
import dev.mptunnel.config.TcpSettings;
import dev.mptunnel.core.EndpointSettings.RepairSettings;
import dev.mptunnel.core.TrafficClass;
import dev.mptunnel.secret.SharedSeed;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.Function;

/**
 * A program's command and how to write down, as options, what it was told: whatever is accepted
 * must come to the same when it is written and read again, and whatever is refused must be refused
 * in one line that a person can act on. What it was told of secrets and sealing is not written.
 *
 * @param withSecurityOf the first configuration with the second's secrets and sealing
 */
record Program<C>(
    Command<C> command, Function<C, List<String>> writer, BinaryOperator<C> withSecurityOf) {

  static final List<Program<?>> ALL =
      List.of(
          new Program<>(new ClientCommand(Map.of()), Program::client, Program::withSecurityOf),
          new Program<>(new ServerCommand(Map.of()), Program::server, Program::withSecurityOf),
          new Program<>(new BridgeCommand(), Program::bridge, (config, _) -> config));

  /** Besides what the user gave: most of it is cut, but a file's name is shown whole. */
  private static final int MAX_ERROR_CHARS = 600;

  /**
   * Starts the program as far as its configuration.
   *
   * @param place what an error must name: the file, or nothing
   */
  void feed(String place, String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    switch (command.start(args, print(out), print(err))) {
      case CommandResult.Exit<C>(int status) when status == Command.EXIT_USAGE ->
          checkRefusal(err.toString(StandardCharsets.UTF_8), place, args);
      case CommandResult.Exit<C>(int status) -> {
        Must.equal(0, status, "exit status");
        Must.hold(out.size() > 0 && err.size() == 0, "neither help nor version was printed");
      }
      case CommandResult.Run<C>(C config, boolean _) -> {
        Must.equal(0, out.size() + err.size(), "characters printed");
        List<String> written = writer.apply(config);
        CommandResult<C> again =
            command.start(written.toArray(String[]::new), print(out), print(err));
        Must.hold(again instanceof CommandResult.Run<C>, written + " " + err);
        C read = ((CommandResult.Run<C>) again).config();
        Must.equal(config, withSecurityOf.apply(read, config), written + " " + err);
      }
    }
  }

  private static PrintStream print(ByteArrayOutputStream into) {
    return new PrintStream(into, false, StandardCharsets.UTF_8);
  }

  private void checkRefusal(String error, String place, String... args) {
    String[] lines = error.split("\n", -1);
    Must.equal(3, lines.length, "parts of <" + error + "> between line ends");
    Must.equal("try '" + command.name() + " --help'", lines[1], "second line");
    Must.equal("", lines[2], "what follows");
    String problem = lines[0];
    Must.hold(problem.startsWith(command.name() + ": "), "no program's name: " + problem);
    Must.hold(problem.contains(place), place + " is not named: " + problem);
    int maxChars = MAX_ERROR_CHARS + String.join("", args).length();
    Must.hold(problem.length() <= maxChars, "not a line: " + problem);
    Must.hold(
        problem.contains("expected") || problem.contains("did you mean"),
        "says not what to do: " + problem);
    problem.codePoints().forEach(Program::checkShown);
  }

  private static void checkShown(int character) {
    switch (Character.getType(character)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          throw new AssertionError("U+%04X in an error".formatted(character));
      default -> {}
    }
  }

  private static ClientConfig withSecurityOf(ClientConfig config, ClientConfig other) {
    return new ClientConfig(
        config.listen(),
        config.listenNamed(),
        config.passenger(),
        config.passengersNamed(),
        config.bridges(),
        other.security(),
        config.session(),
        config.sockets(),
        config.tcp(),
        new ClientProxy(config.proxy().listen(), other.proxy().user(), other.proxy().warnings()),
        config.status(),
        config.mark());
  }

  private static ServerConfig withSecurityOf(ServerConfig config, ServerConfig other) {
    return new ServerConfig(
        config.listen(),
        config.target(),
        config.targetsNamed(),
        other.security(),
        config.session(),
        config.sessionTimeoutNanos(),
        config.maxSessions(),
        config.sockets(),
        config.loops(),
        config.protocol(),
        config.tcp(),
        config.access(),
        config.status());
  }

  // --- what each program was told, as options ---

  private static List<String> client(ClientConfig config) {
    List<String> options = new ArrayList<>();
    addresses(options, "--listen", config.listen());
    config.listenNamed().forEach((name, all) -> addresses(options, "--listen." + name, all));
    if (!config.listen().isEmpty()) {
      options.addAll(List.of("--for", word(config.passenger())));
    }
    config
        .passengersNamed()
        .forEach((name, passenger) -> options.addAll(List.of("--for." + name, word(passenger))));
    for (BridgeLine bridge : config.bridges()) {
      options.add("--bridge");
      options.add(line(bridge));
    }
    config.tcp().listen().forEach((name, all) -> addresses(options, tcp("--listen", name), all));
    addresses(options, "--socks", config.proxy().listen());
    number(options, "--tunnels", config.tcp().tunnels());
    duration(options, "--tunnel-timeout", config.tcp().patienceNanos());
    options.addAll(List.of("--over-tcp", word(config.tcp().overTcp())));
    tcpSockets(options, config.tcp().sockets());
    session(options, config.session());
    sockets(options, config.sockets());
    status(options, config.status());
    return options;
  }

  /** The option of a target's TCP; the fixed one's name is empty. */
  private static String tcp(String option, String name) {
    return option + "-tcp" + (name.isEmpty() ? "" : "." + name);
  }

  private static void tcpSockets(List<String> options, TcpSettings sockets) {
    String name = sockets.congestionControl() == null ? "system" : sockets.congestionControl();
    options.addAll(List.of("--cc", name, "--tcp-engine", word(sockets.engine())));
  }

  private static String line(BridgeLine bridge) {
    String line = bridge.address().toString();
    if (bridge.bind() != null) {
      line += " bind=" + bridge.bind();
    }
    if (bridge.mark() != 0) {
      line += " fwmark=" + Integer.toUnsignedString(bridge.mark());
    }
    // A name that was made and not given may be one that cannot be given; it is made again.
    boolean canBeGiven =
        bridge.name().length() <= 64 && bridge.name().chars().noneMatch(c -> c == '#' || c == '%');
    return canBeGiven ? line + " name=" + bridge.name() : line;
  }

  private static List<String> server(ServerConfig config) {
    List<String> options = new ArrayList<>();
    addresses(options, "--listen", config.listen());
    if (config.target() != null) {
      addresses(options, "--target", List.of(config.target()));
    }
    config
        .targetsNamed()
        .forEach((name, address) -> addresses(options, "--target." + name, List.of(address)));
    config
        .tcp()
        .targets()
        .forEach(
            (name, address) -> {
              HostPort other = name.isEmpty() ? config.target() : config.targetsNamed().get(name);
              if (!address.equals(other)) {
                String option = "--tcp-target" + (name.isEmpty() ? "" : "." + name);
                addresses(options, option, List.of(address));
              }
            });
    if (!config.access().isEmpty()) {
      options.addAll(List.of("--secret", SharedSeed.WELL_KNOWN.text())); // without one, none may be
    }
    config.access().allow().forEach(rule -> options.addAll(List.of("--allow", rule.toString())));
    config.access().deny().forEach(rule -> options.addAll(List.of("--deny", rule.toString())));
    options.addAll(List.of("--protocol", word(config.protocol())));
    duration(options, "--tunnel-timeout", config.tcp().patienceNanos());
    tcpSockets(options, config.tcp().sockets());
    session(options, config.session());
    duration(options, "--session-timeout", config.sessionTimeoutNanos());
    number(options, "--max-sessions", config.maxSessions());
    sockets(options, config.sockets());
    loops(options, config.loops());
    status(options, config.status());
    return options;
  }

  private static List<String> bridge(BridgeConfig config) {
    List<String> options = new ArrayList<>();
    addresses(options, "--listen", config.listen());
    addresses(options, "--server", config.servers());
    duration(options, "--idle-timeout", config.idleTimeoutNanos());
    number(options, "--max-clients", config.maxClients());
    options.addAll(List.of("--protocol", word(config.protocol())));
    tcpSockets(options, config.tcp());
    sockets(options, config.sockets());
    loops(options, config.loops());
    status(options, config.status());
    return options;
  }

  private static void status(List<String> options, StatusSettings status) {
    addresses(options, "--status", status.listen());
    if (status.token() != null) {
      options.addAll(List.of("--status-token", status.token()));
    }
    String control =
        switch (status.control()) {
          case StatusSettings.Control.Auto _ -> "auto";
          case StatusSettings.Control.Off _ -> "off";
          case StatusSettings.Control.At(Path path) -> path.toString();
        };
    options.addAll(List.of("--control", control, "--log", status.jsonLog() ? "json" : "text"));
  }

  private static void session(List<String> options, SessionSettings session) {
    duration(options, "--ping", session.pingNanos());
    duration(options, "--ping-idle", session.pingIdleNanos());
    duration(options, "--path-timeout", session.pathTimeoutNanos());
    if (session.mtuBytes() != 0) {
      number(options, "--mtu", session.mtuBytes());
    }
    repair(options, session.repair());
    duration(options, "--flow-timeout", session.flowTimeoutNanos());
    number(options, "--max-flows", session.maxFlows());
  }

  private static void repair(List<String> options, RepairSettings repair) {
    if (repair.share() == 0) {
      options.addAll(List.of("--repair", "off"));
    } else {
      options.add("--repair");
      options.add(String.format(Locale.ROOT, "%.3f%%", repair.share() * 100));
    }
    if (repair.holdNanos() == RepairSettings.HOLD_AUTO) {
      options.addAll(List.of("--hold", "auto"));
    } else if (repair.holdNanos() == RepairSettings.HOLD_OFF) {
      options.addAll(List.of("--hold", "off"));
    } else {
      duration(options, "--hold", repair.holdNanos());
    }
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static void sockets(List<String> options, SocketSettings sockets) {
    number(options, "--socket-buffer", sockets.bufferBytes());
    if ((sockets.carried() & TrafficClass.DSCP) != 0) {
      options.addAll(List.of("--dscp", "copy"));
    } else {
      number(options, "--dscp", sockets.dscp());
    }
    boolean copiesEcn = (sockets.carried() & TrafficClass.ECN) != 0;
    options.addAll(List.of("--ecn", copiesEcn ? "copy" : "off"));
    options.addAll(List.of("--engine", sockets.engine().name().toLowerCase(Locale.ROOT)));
    long busyPollMicros = sockets.busyPollNanos() / 1_000;
    options.addAll(List.of("--busy-poll", busyPollMicros == 0 ? "off" : busyPollMicros + "us"));
  }

  private static void loops(List<String> options, int loops) {
    if (loops == 0) {
      options.addAll(List.of("--loops", "auto"));
    } else {
      number(options, "--loops", loops);
    }
  }

  private static void addresses(List<String> options, String option, List<HostPort> addresses) {
    addresses.forEach(address -> options.addAll(List.of(option, address.toString())));
  }

  private static void duration(List<String> options, String option, long nanos) {
    options.addAll(List.of(option, nanos / 1_000_000 + "ms"));
  }

  private static void number(List<String> options, String option, long number) {
    options.addAll(List.of(option, Long.toString(number)));
  }
}

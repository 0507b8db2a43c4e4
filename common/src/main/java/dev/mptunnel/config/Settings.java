package dev.mptunnel.config;

import dev.mptunnel.access.AccessRule;
import dev.mptunnel.core.EndpointSettings.RepairSettings;
import dev.mptunnel.secret.Secret;
import dev.mptunnel.secret.SharedSecret;
import dev.mptunnel.wire.Limits;
import java.nio.file.Path;

/** Every setting of every program, with its range and its default. */
final class Settings {

  private static final long SECOND = 1_000;
  private static final long MINUTE = 60 * SECOND;
  private static final long DAY = 24 * 60 * MINUTE;
  private static final int MAX_LISTENS = 16;
  private static final int MAX_BRIDGES = 32;
  private static final int MAX_SERVERS = 32;
  private static final int MAX_RULES = 256;

  static final Setting<HostPort> CLIENT_LISTEN =
      new Setting<>(
          "listen",
          new ListenAddress("127.0.0.1"),
          "127.0.0.1:3000",
          MAX_LISTENS,
          "where applications send to; a bare PORT is 127.0.0.1");

  static final Setting<HostPort> CLIENT_LISTEN_NAMED =
      new Setting<>(
          "listen.NAME",
          new ListenAddress("127.0.0.1"),
          null,
          MAX_LISTENS,
          "the same for the server's target.NAME; beside listen or instead");

  static final Setting<Passenger> FOR =
      Setting.once(
          "for",
          new Choice<>(Passenger.class),
          "any",
          "what runs over listen, which says what may wait for what");

  static final Setting<Passenger> FOR_NAMED =
      Setting.once(
          "for.NAME",
          new Choice<>(Passenger.class),
          null,
          "the same for listen.NAME; any where it is not set");

  static final Setting<HostPort> LISTEN_TCP =
      new Setting<>(
          "listen-tcp",
          new ListenAddress("127.0.0.1"),
          null,
          MAX_LISTENS,
          "where applications connect to by TCP; a bare PORT is 127.0.0.1");

  static final Setting<HostPort> LISTEN_TCP_NAMED =
      new Setting<>(
          "listen-tcp.NAME",
          new ListenAddress("127.0.0.1"),
          null,
          MAX_LISTENS,
          "the same for the server's target.NAME");

  static final Setting<HostPort> SOCKS =
      new Setting<>(
          "socks",
          new ListenAddress("127.0.0.1"),
          null,
          MAX_LISTENS,
          "where to be a proxy, by SOCKS and HTTP CONNECT; a bare PORT is 127.0.0.1");

  static final Setting<ProxyUser> SOCKS_USER =
      Setting.once(
          "socks-user",
          new ProxyUserType(),
          null,
          "who may use the proxy; else whoever reaches it");

  static final Setting<Long> TUNNELS =
      Setting.once(
          "tunnels",
          Quantity.count(1, 16),
          "4",
          "TCP connections over each bridge, where listen-tcp or socks is set");

  static final Setting<OverTcp> OVER_TCP =
      Setting.once(
          "over-tcp",
          new Choice<>(OverTcp.class),
          "auto",
          "datagrams over TCP, auto being while no UDP comes through");

  static final Setting<String> CONGESTION_CONTROL =
      Setting.once(
          "cc",
          new CongestionControl(),
          CongestionControl.SYSTEM,
          "what we send by over TCP between client and server, such as bbr");

  static final Setting<TcpEngineChoice> TCP_ENGINE =
      Setting.once(
          "tcp-engine", new Choice<>(TcpEngineChoice.class, '_'), "auto", "what moves TCP's bytes");

  static final Setting<Long> TUNNEL_TIMEOUT =
      Setting.once(
          "tunnel-timeout",
          Quantity.duration(SECOND, DAY),
          "30s",
          "connections are reset that no tunnel was there for so long");

  static final Setting<Protocol> PROTOCOL =
      Setting.once("protocol", new Choice<>(Protocol.class), "both", "what to listen for");

  static final Setting<HostPort> TCP_TARGET =
      Setting.once(
          "tcp-target", new RemoteAddress(), null, "where TCP connections lead to; else target");

  static final Setting<HostPort> TCP_TARGET_NAMED =
      Setting.once(
          "tcp-target.NAME",
          new RemoteAddress(),
          null,
          "the same for clients' listen-tcp.NAME; else target.NAME");

  static final Setting<BridgeSyntax.Written> BRIDGE =
      new Setting<>(
          "bridge",
          new BridgeSyntax(),
          null,
          MAX_BRIDGES,
          "a way to the server; in FILE a line of its own");

  static final Setting<Integer> FWMARK =
      Setting.once(
          "fwmark",
          new FirewallMark(),
          null,
          "what routing rules know the packets of all bridges by; needs root or CAP_NET_ADMIN");

  static final Setting<HostPort> LISTEN =
      new Setting<>(
          "listen",
          new ListenAddress(HostPort.ANY),
          null,
          MAX_LISTENS,
          "where to listen; a bare PORT is all addresses");

  static final Setting<HostPort> TARGET =
      Setting.once("target", new RemoteAddress(), null, "where everything is delivered to");

  static final Setting<HostPort> TARGET_NAMED =
      Setting.once(
          "target.NAME",
          new RemoteAddress(),
          null,
          "where what clients send to their listen.NAME is delivered to");

  static final Setting<AccessRule> ALLOW =
      new Setting<>(
          "allow",
          new RuleType(),
          null,
          MAX_RULES,
          "what clients' proxies may reach, beyond the targets");

  static final Setting<AccessRule> DENY =
      new Setting<>("deny", new RuleType(), null, MAX_RULES, "what of that they may not");

  /** The same of one client; not called so, since the file says what all may. */
  static final Setting<AccessRule> CLIENTS_ALLOW =
      new Setting<>(
          "client-allow",
          new RuleType(),
          null,
          MAX_RULES,
          "what the client's proxy may reach, besides what all may");

  static final Setting<AccessRule> CLIENTS_DENY =
      new Setting<>("client-deny", new RuleType(), null, MAX_RULES, "what of that it may not");

  static final Setting<HostPort> SERVER =
      new Setting<>("server", new RemoteAddress(), null, MAX_SERVERS, "where to forward to");

  static final Setting<Secret> CLIENT_SECRET =
      Setting.once(
          "secret",
          SecretType.OF_CLIENT,
          null,
          "what 'mpserver keygen' or 'mpserver invite' printed");

  static final Setting<SharedSecret> SERVER_SECRET =
      Setting.once(
          "secret",
          SecretType.OF_SERVER,
          null,
          "what 'mpserver keygen' printed; clients need it too");

  static final Setting<Path> SECRET_FILE =
      Setting.once(
          "secret-file",
          new FilePath(),
          null,
          "where to read it instead; others may not read that");

  static final Setting<Switch> ENCRYPT =
      Setting.once(
          "encrypt", new Choice<>(Switch.class), "on", "seal packets; the same on both ends");

  static final Setting<CipherChoice> CIPHER =
      Setting.once("cipher", new Choice<>(CipherChoice.class), "aes-256-gcm", "seals packets");

  static final Setting<Path> CLIENTS_FILE =
      Setting.once(
          "clients-file",
          new FilePath(),
          null,
          "clients with keys of their own: 'mpserver invite' writes it");

  static final Setting<Long> MAX_SESSIONS_PER_CLIENT =
      Setting.once(
          "max-sessions-per-client",
          Quantity.count(1, 65_535),
          "16",
          "sessions at once of one invited client");

  /** What an operand of {@code mpserver invite} and {@code revoke} stands for. */
  static final Setting<String> NAME =
      Setting.once("name", new ClientName(), null, "what an invited client is called");

  static final Setting<String> TARGETS =
      new Setting<>(
          "targets",
          new TargetChoice(),
          null,
          Setting.MAX_MEMBERS,
          "what the client may use, 'fixed' being the target without a name; else all");

  /** What the operand of {@code mpserver keygen} stands for. */
  static final Setting<Path> NEW_FILE =
      Setting.once("file", new FilePath(), null, "where a new secret is written to");

  static final Setting<Long> PING =
      Setting.once(
          "ping",
          Quantity.duration(50, 10 * SECOND),
          "250ms",
          "least time between two pings of a path in use; there is one for 16 datagrams");

  static final Setting<Long> PING_IDLE =
      Setting.once(
          "ping-idle",
          Quantity.duration(50, 5 * MINUTE),
          "5s",
          "longest time between two pings of a path, even where ping is longer");

  static final Setting<Long> PATH_TIMEOUT =
      Setting.once(
          "path-timeout",
          Quantity.duration(100, 10 * MINUTE),
          "3s",
          "a path that answers no ping for so long is down");

  static final Setting<Long> MTU =
      Setting.once(
          "mtu",
          Quantity.count(576, 65_535, new Quantity.Word("auto", 0)),
          "auto",
          "the longest IP packet that every path carries; auto finds it out for each");

  static final Setting<Double> REPAIR =
      Setting.once(
          "repair",
          new Share(),
          "3%",
          "what repairing losses of all paths may add to the bytes; off asks for nothing");

  static final Setting<Long> HOLD =
      Setting.once(
          "hold",
          Quantity.duration(
              1,
              SECOND,
              new Quantity.Word("auto", RepairSettings.HOLD_AUTO),
              new Quantity.Word("off", RepairSettings.HOLD_OFF)),
          "auto",
          "how long a datagram may wait for one sent before it");

  static final Setting<Long> FLOW_TIMEOUT =
      Setting.once(
          "flow-timeout",
          Quantity.duration(SECOND, DAY),
          "5m",
          "an application silent for so long is forgotten");

  static final Setting<Long> MAX_FLOWS =
      Setting.once(
          "max-flows",
          Quantity.count(1, Limits.MAX_FLOWS),
          "256",
          "applications at once per client");

  static final Setting<Long> SESSION_TIMEOUT =
      Setting.once(
          "session-timeout",
          Quantity.duration(SECOND, DAY),
          "60s",
          "a client silent for so long is forgotten");

  static final Setting<Long> MAX_SESSIONS =
      Setting.once("max-sessions", Quantity.count(1, 65_535), "1024", "clients at once");

  static final Setting<Long> IDLE_TIMEOUT =
      Setting.once(
          "idle-timeout",
          Quantity.duration(SECOND, DAY),
          "2m",
          "a client silent for so long is forgotten");

  static final Setting<Long> MAX_CLIENTS =
      Setting.once("max-clients", Quantity.count(1, 65_535), "4096", "clients at once");

  static final Setting<Long> SOCKET_BUFFER =
      Setting.once(
          "socket-buffer",
          Quantity.size(4 << 10, 1 << 30),
          "4m",
          "kernel buffer of a socket, each way");

  static final Setting<EngineChoice> ENGINE =
      Setting.once("engine", new Choice<>(EngineChoice.class, '_'), "auto", "what moves datagrams");

  static final Setting<Long> BUSY_POLL =
      Setting.once(
          "busy-poll",
          Quantity.shortDuration(1, 10_000, new Quantity.Word("off", 0)),
          "off",
          "ask sockets again for so long before sleeping; less delay for more processor time");

  static final Setting<Integer> DSCP =
      Setting.once(
          "dscp",
          new DiffServ(),
          "0",
          "how our UDP packets are marked for the networks on their way; copy is as what they"
              + " carry");

  static final Setting<EcnChoice> ECN =
      Setting.once(
          "ecn",
          new Choice<>(EcnChoice.class),
          "off",
          "copy has what we carry marked where networks mark congestion; on both ends, and"
              + " bridges");

  static final Setting<Long> LOOPS =
      Setting.once(
          "loops",
          Quantity.count(1, 64, new Quantity.Word("auto", 0)),
          "auto",
          "threads that move datagrams; auto is one for every two processors, 8 at most");

  static final Setting<HostPort> STATUS =
      new Setting<>(
          "status",
          new ListenAddress("127.0.0.1"),
          null,
          4,
          "where to show what it does, to browsers and Prometheus; a bare PORT is 127.0.0.1");

  static final Setting<String> STATUS_TOKEN =
      Setting.once(
          "status-token",
          new TokenType(),
          null,
          "what who asks there must know; needed where that is not this machine alone");

  static final Setting<StatusSettings.Control> CONTROL =
      Setting.once(
          "control",
          new ControlType(),
          "auto",
          "the Unix socket by which 'status' asks; auto is in $XDG_RUNTIME_DIR or /run");

  static final Setting<StatusSettings.LogFormat> LOG =
      Setting.once(
          "log", new Choice<>(StatusSettings.LogFormat.class), "text", "how the log is written");

  static final SettingSet CLIENT =
      SettingSet.withBareLines(
              BRIDGE,
              CLIENT_LISTEN,
              CLIENT_LISTEN_NAMED,
              FOR,
              FOR_NAMED,
              LISTEN_TCP,
              LISTEN_TCP_NAMED,
              SOCKS,
              SOCKS_USER,
              BRIDGE,
              FWMARK,
              CLIENT_SECRET,
              SECRET_FILE,
              ENCRYPT,
              CIPHER,
              PING,
              PING_IDLE,
              PATH_TIMEOUT,
              MTU,
              REPAIR,
              HOLD,
              FLOW_TIMEOUT,
              MAX_FLOWS,
              TUNNELS,
              CONGESTION_CONTROL,
              TUNNEL_TIMEOUT,
              OVER_TCP,
              SOCKET_BUFFER,
              DSCP,
              ECN,
              ENGINE,
              BUSY_POLL,
              TCP_ENGINE,
              STATUS,
              STATUS_TOKEN,
              CONTROL,
              LOG)
          .withFixed(
              MTU,
              REPAIR,
              HOLD,
              MAX_FLOWS,
              CONGESTION_CONTROL,
              TUNNEL_TIMEOUT,
              SOCKET_BUFFER,
              DSCP,
              ECN,
              ENGINE,
              BUSY_POLL,
              TCP_ENGINE,
              CONTROL,
              LOG);

  static final SettingSet MPSERVER =
      SettingSet.of(
              LISTEN,
              PROTOCOL,
              TARGET,
              TARGET_NAMED,
              TCP_TARGET,
              TCP_TARGET_NAMED,
              ALLOW,
              DENY,
              SERVER_SECRET,
              SECRET_FILE,
              CLIENTS_FILE,
              MAX_SESSIONS_PER_CLIENT,
              ENCRYPT,
              PING,
              PING_IDLE,
              PATH_TIMEOUT,
              MTU,
              REPAIR,
              HOLD,
              FLOW_TIMEOUT,
              MAX_FLOWS,
              SESSION_TIMEOUT,
              MAX_SESSIONS,
              CONGESTION_CONTROL,
              TUNNEL_TIMEOUT,
              SOCKET_BUFFER,
              DSCP,
              ECN,
              ENGINE,
              BUSY_POLL,
              LOOPS,
              TCP_ENGINE,
              STATUS,
              STATUS_TOKEN,
              CONTROL,
              LOG)
          .withFixed(
              LISTEN,
              PROTOCOL,
              MAX_SESSIONS_PER_CLIENT,
              ENCRYPT,
              MTU,
              REPAIR,
              HOLD,
              MAX_FLOWS,
              MAX_SESSIONS,
              CONGESTION_CONTROL,
              TUNNEL_TIMEOUT,
              SOCKET_BUFFER,
              DSCP,
              ECN,
              ENGINE,
              BUSY_POLL,
              LOOPS,
              TCP_ENGINE,
              CONTROL,
              LOG);

  /** What the commands know that show or end invitations. */
  static final SettingSet INVITED = SettingSet.of(SERVER_SECRET, SECRET_FILE, CLIENTS_FILE);

  /** What the command knows that makes one. */
  static final SettingSet INVITING =
      SettingSet.of(SERVER_SECRET, SECRET_FILE, CLIENTS_FILE, TARGETS, CLIENTS_ALLOW, CLIENTS_DENY);

  /** What a command knows that needs nothing. */
  static final SettingSet NONE = SettingSet.of();

  static final SettingSet RELAY =
      SettingSet.of(
              LISTEN,
              PROTOCOL,
              SERVER,
              IDLE_TIMEOUT,
              MAX_CLIENTS,
              CONGESTION_CONTROL,
              SOCKET_BUFFER,
              DSCP,
              ECN,
              ENGINE,
              BUSY_POLL,
              LOOPS,
              TCP_ENGINE,
              STATUS,
              STATUS_TOKEN,
              CONTROL,
              LOG)
          .withFixed(
              LISTEN,
              PROTOCOL,
              IDLE_TIMEOUT,
              MAX_CLIENTS,
              CONGESTION_CONTROL,
              SOCKET_BUFFER,
              DSCP,
              ECN,
              ENGINE,
              BUSY_POLL,
              LOOPS,
              TCP_ENGINE,
              CONTROL,
              LOG);

  private Settings() {}
}

package dev.mptunnel.harness.bench;

import dev.mptunnel.harness.bench.Chain.End;
import dev.mptunnel.harness.bench.Chain.Part;
import dev.mptunnel.harness.lab.Daemon;
import dev.mptunnel.harness.lab.JavaProgram;
import dev.mptunnel.harness.tunnel.FreePorts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** Starts the programs of plans on loopback, each plan beside the others, before one sink. */
final class ChainStarter {

  private static final String LOOPBACK = "127.0.0.1";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Beyond what one session takes, for 10,000 handshakes of two processes that share a core. */
  private static final Duration PATIENCE_PER_SESSION = Duration.ofMillis(20);

  private static final int CLIENTS_PER_PROCESS = 1_000;
  private static final int HEAP_MEGABYTES = 128;

  /** Of heap: what a session of mpclient takes, and more than one of mpserver does. */
  private static final int MEGABYTES_PER_SESSION = 3;

  private final Path directory;
  private final InetSocketAddress sink;
  private final int paths;
  private final int sessions;
  private CRelays relays;

  /** Of the chain that is being started. */
  private List<Part> parts = new ArrayList<>();

  /**
   * A starter.
   *
   * @param directory for logs; exists
   * @param sink what all chains lead to; null where only what runs already is measured
   * @param paths of tunnels
   * @param sessions how many clients a tunnel's server has, or applications what has no clients
   */
  ChainStarter(Path directory, InetSocketAddress sink, int paths, int sessions) {
    this.directory = directory;
    this.sink = sink;
    this.paths = paths;
    this.sessions = sessions;
  }

  /** Starts one and waits until the sink answers through it. */
  Chain start(Plan plan) throws IOException {
    parts = new ArrayList<>();
    Chain chain = null;
    try {
      List<InetSocketAddress> entries = startPrograms(plan);
      Generator generator = Generator.open(entries, sessions);
      chain = new Chain(plan.name(), parts, generator);
      chain.awaitSink(PATIENCE);
      return chain;
    } catch (IOException | RuntimeException e) {
      if (chain == null) {
        parts.forEach(Part::close);
      } else {
        chain.close();
      }
      throw e;
    }
  }

  /** Starts the programs; returns where applications send to. */
  private List<InetSocketAddress> startPrograms(Plan plan) throws IOException {
    return switch (plan) {
      case Plan.Udp _ -> List.of(sink);
      case Plan.Relays(String name, List<String> options) -> startRelays(name, options);
      case Plan.Tunnel tunnel -> startTunnel(tunnel);
      case Plan.Bridge(String name, List<String> options) -> {
        int port = FreePorts.next();
        List<String> arguments = new ArrayList<>(options);
        arguments.addAll(List.of("--protocol", "udp", at(port), text(sink)));
        startJava(name, End.NEAR, "dev.mptunnel.bridge.Main", arguments, "listening on");
        yield List.of(new InetSocketAddress(LOOPBACK, port));
      }
      case Plan.Socat(String name) -> {
        int port = FreePorts.next();
        String listen = "udp4-listen:" + port + ",bind=" + LOOPBACK + ",fork,reuseaddr";
        start(name, End.NEAR, List.of("socat", listen, "udp4:" + text(sink)), null);
        yield List.of(new InetSocketAddress(LOOPBACK, port));
      }
      case Plan.Command(String name, String command) -> {
        int port = FreePorts.next();
        start(name, End.NEAR, List.of("sh", "-c", filledIn(command, port)), null);
        yield List.of(new InetSocketAddress(LOOPBACK, port));
      }
      case Plan.Running(_, InetSocketAddress entry, List<Long> processes) -> {
        processes.forEach(pid -> parts.add(new Part(End.NEAR, pid, null, null)));
        yield List.of(entry);
      }
    };
  }

  private String filledIn(String command, int port) {
    return command
        .replace("{listen}", at(port))
        .replace("{listen-port}", Integer.toString(port))
        .replace("{target}", text(sink))
        .replace("{target-port}", Integer.toString(sink.getPort()));
  }

  private List<InetSocketAddress> startRelays(String name, List<String> options)
      throws IOException {
    if (relays == null) {
      relays = CRelays.build(directory);
    }
    int entry = FreePorts.next();
    String tunnel = at(FreePorts.next());
    start(name, End.FAR, relays.farCommand(options, tunnel, text(sink)), "ready");
    List<String> ways = Collections.nCopies(paths, tunnel);
    start(name, End.NEAR, relays.nearCommand(options, at(entry), ways), "ready");
    return List.of(new InetSocketAddress(LOOPBACK, entry));
  }

  private List<InetSocketAddress> startTunnel(Plan.Tunnel plan) throws IOException {
    String name = plan.name();
    int port = FreePorts.next();
    List<String> server = new ArrayList<>(plan.serverOptions());
    server.addAll(List.of("--listen", at(port), "--target", text(sink)));
    server.addAll(List.of("--max-sessions", Integer.toString(Math.max(1_024, 2 * sessions))));
    startJava(name, End.FAR, "dev.mptunnel.server.Main", server, "listening on");
    List<String> client = new ArrayList<>(plan.clientOptions());
    for (int path = 1; path <= paths; path++) {
      client.addAll(List.of("--bridge", LOOPBACK + " " + port + " name=path" + path));
    }
    return sessions == 1 ? startClient(name, client) : startClients(name, client);
  }

  private List<InetSocketAddress> startClient(String name, List<String> options)
      throws IOException {
    int entry = FreePorts.next();
    List<String> arguments = new ArrayList<>(options);
    arguments.addAll(List.of("--listen", at(entry)));
    String allUp = "(?s)(path \\S+ is up.*){" + paths + "}";
    startJava(name, End.NEAR, "dev.mptunnel.client.Main", arguments, allUp);
    return List.of(new InetSocketAddress(LOOPBACK, entry));
  }

  private List<InetSocketAddress> startClients(String name, List<String> options)
      throws IOException {
    List<InetSocketAddress> entries = new ArrayList<>();
    for (int started = 0; started < sessions; started += CLIENTS_PER_PROCESS) {
      int count = Math.min(CLIENTS_PER_PROCESS, sessions - started);
      List<String> arguments = new ArrayList<>(List.of(Integer.toString(count)));
      arguments.addAll(options);
      Daemon clients =
          startJava(name, End.NEAR, ManyClients.class.getName(), arguments, ManyClients.READY);
      clients
          .output()
          .lines()
          .filter(line -> line.startsWith(ManyClients.PORTS))
          .flatMap(line -> Arrays.stream(line.substring(ManyClients.PORTS.length()).split(" ")))
          .filter(port -> !port.isEmpty())
          .forEach(port -> entries.add(new InetSocketAddress(LOOPBACK, Integer.parseInt(port))));
    }
    return entries;
  }

  private Daemon startJava(
      String name, End end, String mainClass, List<String> arguments, String ready)
      throws IOException {
    Path file = directory.resolve(name.replace('@', '-') + "-" + FreePorts.next() + "-pauses.log");
    PauseLog pauses = new PauseLog(file);
    int heap = HEAP_MEGABYTES + (sessions - 1) * MEGABYTES_PER_SESSION;
    List<String> command =
        JavaProgram.command(
            List.of("-Xmx" + heap + "m", pauses.option()),
            mainClass,
            arguments.toArray(String[]::new));
    return start(name, end, command, ready, pauses);
  }

  private void start(String name, End end, List<String> command, String ready) throws IOException {
    start(name, end, command, ready, null);
  }

  private Daemon start(String name, End end, List<String> command, String ready, PauseLog pauses)
      throws IOException {
    Path log = directory.resolve(name.replace('@', '-') + "-" + FreePorts.next() + ".log");
    Daemon daemon = Daemon.start(name, command, log);
    parts.add(new Part(end, daemon.pid(), daemon, pauses));
    if (ready != null) {
      daemon.awaitOutput(ready, PATIENCE.plus(PATIENCE_PER_SESSION.multipliedBy(sessions)));
    }
    return daemon;
  }

  private static String at(int port) {
    return LOOPBACK + ":" + port;
  }

  private static String text(InetSocketAddress address) {
    return address.getAddress().getHostAddress() + ":" + address.getPort();
  }
}

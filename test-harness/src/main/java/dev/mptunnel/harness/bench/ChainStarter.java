package dev.mptunnel.harness.bench;

import dev.mptunnel.harness.bench.Chain.End;
import dev.mptunnel.harness.bench.Chain.Part;
import dev.mptunnel.harness.lab.Daemon;
import dev.mptunnel.harness.lab.JavaProgram;
import dev.mptunnel.harness.tunnel.FreePorts;
import dev.mptunnel.net.Engines;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Starts the programs of plans on loopback, each plan beside the others, before one sink. */
final class ChainStarter {

  private static final String LOOPBACK = "127.0.0.1";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Beyond what one session takes, for 10,000 handshakes of two processes that share a core. */
  private static final Duration PATIENCE_PER_SESSION = Duration.ofMillis(20);

  private static final int HEAP_KILOBYTES = 128 << 10;

  /** Of heap, at the most: several times what one takes while little is on its way. */
  private static final int KILOBYTES_PER_SESSION = 200;

  /** Of it, for what dies young: a collection looks at all sessions that have done something. */
  private static final int YOUNG_KILOBYTES_PER_SESSION = 10;

  private static final int FEW_SESSIONS = 100;

  private final Path directory;
  private final InetSocketAddress sink;
  private final int paths;
  private final boolean joining;
  private final int sessions;
  private CRelays relays;

  /** Of the chain that is being started. */
  private List<Part> parts = new ArrayList<>();

  /**
   * Where a chain takes datagrams.
   *
   * @param applications how many send there: what has clients of its own is sent to by one
   */
  private record Entries(List<InetSocketAddress> addresses, int applications) {}

  /**
   * A starter.
   *
   * @param directory for logs; exists
   * @param sink what all chains lead to; null where only what runs already is measured
   * @param options with the paths of tunnels, and how their programs send
   * @param sessions how many clients a tunnel's server has, or applications what has no clients
   */
  ChainStarter(Path directory, InetSocketAddress sink, BenchOptions options, int sessions) {
    this.directory = directory;
    this.sink = sink;
    paths = options.paths();
    joining = options.joining();
    this.sessions = sessions;
  }

  /** Starts one and waits until the sink answers through it. */
  Chain start(Plan plan) throws IOException {
    OpenFiles.check(sessions, sessions + " sessions");
    parts = new ArrayList<>();
    Chain chain = null;
    try {
      Entries entries = startPrograms(plan);
      Generator generator = Generator.open(entries.addresses(), entries.applications());
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
  private Entries startPrograms(Plan plan) throws IOException {
    return switch (plan) {
      case Plan.Udp _ -> entry(sink);
      case Plan.Relays(String name, List<String> options) -> startRelays(name, options);
      case Plan.Tunnel tunnel -> startTunnel(tunnel);
      case Plan.Bridge(String name, List<String> options) -> {
        int port = FreePorts.next();
        List<String> arguments = new ArrayList<>(options);
        arguments.addAll(List.of("--protocol", "udp", at(port), text(sink)));
        startJava(name, End.NEAR, "dev.mptunnel.bridge.Main", arguments, "listening on");
        yield entry(new InetSocketAddress(LOOPBACK, port));
      }
      case Plan.Socat(String name) -> {
        int port = FreePorts.next();
        String listen = "udp4-listen:" + port + ",bind=" + LOOPBACK + ",fork,reuseaddr";
        start(name, End.NEAR, List.of("socat", listen, "udp4:" + text(sink)), null);
        yield entry(new InetSocketAddress(LOOPBACK, port));
      }
      case Plan.Command(String name, String command) -> {
        int port = FreePorts.next();
        start(name, End.NEAR, List.of("sh", "-c", filledIn(command, port)), null);
        yield entry(new InetSocketAddress(LOOPBACK, port));
      }
      case Plan.Running(_, InetSocketAddress entry, List<Long> processes) -> {
        processes.forEach(pid -> parts.add(new Part(End.NEAR, pid, null, null)));
        yield entry(entry);
      }
    };
  }

  private Entries entry(InetSocketAddress address) {
    return new Entries(List.of(address), sessions);
  }

  private String filledIn(String command, int port) {
    return command
        .replace("{listen}", at(port))
        .replace("{listen-port}", Integer.toString(port))
        .replace("{target}", text(sink))
        .replace("{target-port}", Integer.toString(sink.getPort()));
  }

  private Entries startRelays(String name, List<String> options) throws IOException {
    if (relays == null) {
      relays = CRelays.build(directory);
    }
    int entry = FreePorts.next();
    String tunnel = at(FreePorts.next());
    start(name, End.FAR, relays.farCommand(options, tunnel, text(sink)), "ready");
    List<String> ways = Collections.nCopies(paths, tunnel);
    start(name, End.NEAR, relays.nearCommand(options, at(entry), ways), "ready");
    return entry(new InetSocketAddress(LOOPBACK, entry));
  }

  private Entries startTunnel(Plan.Tunnel plan) throws IOException {
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

  private Entries startClient(String name, List<String> options) throws IOException {
    int entry = FreePorts.next();
    List<String> arguments = new ArrayList<>(options);
    arguments.addAll(List.of("--listen", at(entry)));
    String allUp = "(?s)(path \\S+ is up.*){" + paths + "}";
    startJava(name, End.NEAR, "dev.mptunnel.client.Main", arguments, allUp);
    return entry(new InetSocketAddress(LOOPBACK, entry));
  }

  /** In as few processes as may have a socket for each session and path, and alike. */
  private Entries startClients(String name, List<String> options) throws IOException {
    int perProcess = Math.max(1, OpenFiles.limit() / paths);
    int processes = Math.ceilDiv(sessions, perProcess);
    List<InetSocketAddress> entries = new ArrayList<>();
    for (int i = 0; i < processes; i++) {
      int first = (int) ((long) sessions * i / processes);
      int end = (int) ((long) sessions * (i + 1) / processes);
      List<String> arguments = new ArrayList<>();
      arguments.addAll(List.of(Integer.toString(first), Integer.toString(end - first)));
      arguments.addAll(options);
      String ready = ManySessions.READY + "(\\d+)\n";
      Daemon clients = startJava(name, End.NEAR, ManySessions.class.getName(), arguments, ready);
      Matcher port = Pattern.compile(ready).matcher(clients.output());
      if (!port.find()) {
        throw new IllegalStateException("no port, though it was there");
      }
      entries.add(new InetSocketAddress(LOOPBACK, Integer.parseInt(port.group(1))));
    }
    return new Entries(entries, 1);
  }

  private Daemon startJava(
      String name, End end, String mainClass, List<String> arguments, String ready)
      throws IOException {
    Path file = directory.resolve(name.replace('@', '-') + "-" + FreePorts.next() + "-pauses.log");
    PauseLog pauses = new PauseLog(file);
    int heap = HEAP_KILOBYTES + (sessions - 1) * KILOBYTES_PER_SESSION;
    List<String> options = new ArrayList<>(List.of("-Xmx" + heap + "k", pauses.option()));
    if (sessions > FEW_SESSIONS) {
      int young = HEAP_KILOBYTES / 8 + sessions * YOUNG_KILOBYTES_PER_SESSION;
      options.addAll(List.of("-Xms" + 2 * young + "k", "-Xmn" + young + "k"));
    }
    if (!joining) {
      options.add("-D" + Engines.JOINING + "=off");
    }
    List<String> command =
        JavaProgram.command(options, mainClass, arguments.toArray(String[]::new));
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

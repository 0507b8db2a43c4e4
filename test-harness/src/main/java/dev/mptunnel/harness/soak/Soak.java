package dev.mptunnel.harness.soak;

import dev.mptunnel.harness.lab.BridgeKind;
import dev.mptunnel.harness.lab.JavaProgram;
import dev.mptunnel.harness.lab.RunningTunnel;
import dev.mptunnel.harness.lab.Topology;
import dev.mptunnel.harness.lab.Tunnel;
import dev.mptunnel.harness.lab.Wait;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Real programs on hosts of their own, with a steady load through them, while one thing after the
 * other goes wrong. This thread makes the faults; another one looks each second at what was
 * promised, and at what the programs take.
 */
final class Soak {

  private static final int SERVER_PORT = 2000;
  private static final int CLIENT_PORT = 3000;
  private static final int CLIENT_TCP_PORT = 3001;
  private static final int ECHO_PORT = 7001;
  private static final int BACKLOG = 1_024;
  private static final Duration START_LIMIT = Duration.ofSeconds(30);

  /** A promise is broken where a path that is whole again carries nothing for so long. */
  private static final Duration HEAL_LIMIT = Duration.ofSeconds(30);

  /** What an end had under way when it was killed was sent within so long before. */
  private static final long UNDER_WAY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  private final SoakPlan plan;
  private final Topology topology;
  private final DatagramLoad datagrams;
  private final PrintStream out;
  private final RunClock clock;
  private final FaultLog faults = new FaultLog();
  private final BrokenPromises broken;
  private final StreamLoad streams;
  private final FaultInjector injector;
  private final List<PathUse> uses = new ArrayList<>();
  private final List<WatchedProgram> programs = new ArrayList<>();
  private final Map<FaultKind, List<Duration>> healing = new EnumMap<>(FaultKind.class);
  private Watch watch;
  private double seconds;
  private long unreadByClient;
  private long unreadByServer;

  private Soak(
      SoakPlan plan,
      Topology topology,
      RunningTunnel tunnel,
      DatagramLoad datagrams,
      PrintStream out)
      throws IOException {
    this.plan = plan;
    this.topology = topology;
    this.datagrams = datagrams;
    this.out = out;
    clock = new RunClock(plan.warmUp());
    broken = new BrokenPromises(faults, out);
    streams =
        new StreamLoad(
            topology.client(),
            DatagramLoad.at(CLIENT_TCP_PORT),
            topology.seed().part("streams"),
            clock,
            faults,
            broken);
    injector = new FaultInjector(topology, tunnel);
    programs.add(new WatchedProgram("mpclient", () -> tunnel.client().pid()));
    programs.add(new WatchedProgram("mpserver", () -> tunnel.server().pid()));
    for (int path = 1; path <= plan.paths(); path++) {
      int index = path - 1;
      programs.add(new WatchedProgram("bridge " + path, () -> tunnel.bridges().get(index).pid()));
      uses.add(PathUse.of(topology.bridges().get(index)));
    }
  }

  /**
   * Runs one from its beginning to its end.
   *
   * @param directory for logs; exists
   * @param out where faults and broken promises are said as they come
   */
  static SoakOutcome run(SoakPlan plan, Path directory, PrintStream out) throws IOException {
    try (Topology topology = Topology.createWithDetours(plan.paths(), directory)) {
      out.println("seed    " + topology.seed());
      Soak soak = runOn(topology, plan, out);
      return soak.outcome(LogSummary.of(directory)); // with what the programs say at their end
    }
  }

  private static Soak runOn(Topology topology, SoakPlan plan, PrintStream out) throws IOException {
    InetSocketAddress echo = DatagramLoad.at(ECHO_PORT);
    ServerSocketChannel listener =
        topology
            .server()
            .within(() -> ServerSocketChannel.open(StandardProtocolFamily.INET))
            .bind(echo, BACKLOG);
    try (EchoService _ = EchoService.start(listener);
        RunningTunnel tunnel = RunningTunnel.start(topology, programs(), BridgeKind.OURS);
        DatagramLoad datagrams = DatagramLoad.open(topology, tunnel, plan.perSecond() / 2)) {
      tunnel.client().awaitOutput("TCP tunnels to the server are up", START_LIMIT);
      Soak soak = new Soak(plan, topology, tunnel, datagrams, out);
      soak.run();
      return soak;
    }
  }

  /** As a user runs them, sealed. */
  private static Tunnel programs() {
    return new Tunnel(
        "mptunnel",
        JavaProgram.command(
            "dev.mptunnel.server.Main",
            "--secret-file",
            "{secret}",
            "--tcp-target",
            "127.0.0.1:" + ECHO_PORT,
            "{port}",
            "127.0.0.1",
            "{target}"),
        SERVER_PORT,
        JavaProgram.command(
            "dev.mptunnel.client.Main",
            "--secret-file",
            "{secret}",
            "--listen",
            "{listen}",
            "--listen-tcp",
            Integer.toString(CLIENT_TCP_PORT),
            "{bridges}"),
        CLIENT_PORT,
        Optional.empty());
  }

  private void run() throws IOException {
    datagrams.start();
    streams.start(plan.connections());
    for (int path = 1; path <= plan.paths(); path++) {
      if (!uses.get(path - 1).await(START_LIMIT)) {
        throw new IOException("path " + path + " carries nothing, and nothing is wrong yet");
      }
    }
    Wait.pass(plan.warmUp());
    for (WatchedProgram program : programs) {
      program.collectAtStart();
    }
    long clientDrops = Topology.hostDrops(topology.client());
    long serverDrops = Topology.hostDrops(topology.server());
    clock.start();
    watch = Watch.start(clock, datagrams, faults, broken, programs);
    playFaults();
    seconds = clock.nanos() / 1e9;
    watch.stop();
    datagrams.stop();
    streams.stop();
    watch.lookAtRest();
    unreadByClient = Topology.hostDrops(topology.client()) - clientDrops;
    unreadByServer = Topology.hostDrops(topology.server()) - serverDrops;
    for (WatchedProgram program : programs) {
      program.collectAtEnd();
    }
  }

  private void playFaults() throws IOException {
    FaultSchedule schedule =
        new FaultSchedule(
            plan.kinds(), plan.paths(), plan.every(), topology.seed().part("faults").generator());
    long endNanos = plan.length().toNanos();
    long nextNanos = 0;
    // The last one has its time to heal, too.
    while (nextNanos + plan.every().toNanos() <= endNanos) {
      passUntil(nextNanos);
      play(schedule.next());
      nextNanos = Math.max(nextNanos + plan.every().toNanos(), clock.nanos());
    }
    passUntil(endNanos);
  }

  private void passUntil(long nanos) throws IOException {
    Wait.pass(Duration.ofNanos(Math.max(0, nanos - clock.nanos())));
  }

  private void play(Fault fault) throws IOException {
    boolean killsEnd = fault.kind().promise() == Promise.COMES_BACK;
    long beginNanos = clock.nanos();
    faults.begins(fault, beginNanos);
    if (killsEnd) {
      faults.excuseFrom(beginNanos - UNDER_WAY_NANOS);
    }
    injector.begin(fault);
    Wait.pass(fault.length());
    injector.end(fault);
    long overNanos = clock.nanos();
    faults.ends(overNanos);
    long excusedUntilNanos = overNanos + Promise.COMES_BACK_SECONDS * NANOS_PER_SECOND;
    if (killsEnd) {
      faults.excuseUntil(excusedUntilNanos);
    }
    Duration healed = awaitHealed(fault, overNanos);
    if (killsEnd) {
      passUntil(excusedUntilNanos); // the next fault is to have no excuse
    }
    healing.computeIfAbsent(fault.kind(), _ -> new ArrayList<>()).add(healed);
    out.printf(
        Locale.ROOT,
        "%8.1f s  %s; in use again after %d ms%n",
        beginNanos / 1e9,
        fault,
        healed.toMillis());
  }

  private Duration awaitHealed(Fault fault, long overNanos) throws IOException {
    boolean all = fault.kind().promise() == Promise.COMES_BACK;
    for (int path = 1; path <= plan.paths(); path++) {
      if ((all || path == fault.path()) && !uses.get(path - 1).await(HEAL_LIMIT)) {
        broken.add(
            clock.nanos(),
            "path " + path + " is not used again within " + HEAL_LIMIT.toSeconds() + " s");
      }
    }
    return Duration.ofNanos(clock.nanos() - overNanos);
  }

  private SoakOutcome outcome(LogSummary log) {
    return new SoakOutcome(
        seconds,
        watch.datagrams(),
        streams,
        healing,
        programs,
        broken,
        unreadByClient,
        unreadByServer,
        log);
  }
}

package dev.mptunnel.harness.bench;

import dev.mptunnel.config.EngineChoice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** What one can say to each benchmark of whole chains. */
final class BenchOptions {

  private static final int MAX_PATHS = 8;
  private static final int MAX_SESSIONS = 10_000;
  private static final int MAX_LOOPS = 64;

  @Option(
      names = "--chain",
      split = ",",
      paramLabel = "NAME",
      description =
          "What is compared: udp (straight to the sink), c (two C relays; c-no-gro, c-no-gso,"
              + " c-single), sealed, plain (mpclient and mpserver), bridge, socat.")
  private List<String> chains = List.of("udp", "c", "sealed", "plain");

  @Option(
      names = "--engine",
      split = ",",
      paramLabel = "ENGINE",
      description = "Our own programs with each of these: auto, native, io_uring, epoll, nio.")
  private List<EngineChoice> engines = List.of();

  @Option(
      names = "--loops",
      split = ",",
      paramLabel = "N",
      description = "Tunnels of ours with so many loops at mpserver, one for each of these.")
  private List<Integer> loops = List.of();

  @Option(
      names = "--no-joining",
      description =
          "Our programs send and receive each datagram alone, without UDP_SEGMENT and UDP_GRO"
              + " (native engine): as one of a thousand sessions has to anyway.")
  private boolean noJoining;

  @Option(
      names = "--also",
      paramLabel = "NAME=OPTIONS",
      description = "Another tunnel, such as 'off=--repair off': options of both programs.")
  private List<String> also = List.of();

  @Option(
      names = "--command",
      paramLabel = "NAME=COMMAND",
      description =
          "Any command that takes datagrams at {listen} and delivers them to {target}, both"
              + " 127.0.0.1:PORT; {listen-port} and {target-port} are known, too.")
  private List<String> commands = List.of();

  @Option(
      names = "--to",
      paramLabel = "NAME=HOST:PORT[,PID]",
      description = "What runs already and leads to 'bench sink'; with PID, what it costs here.")
  private List<String> running = List.of();

  @Option(names = "--paths", description = "Paths of tunnels.")
  private int paths = 3;

  @Option(
      names = "--sessions",
      split = ",",
      paramLabel = "N",
      description = "Clients of a tunnel's server; applications of what has no clients.")
  private List<Integer> sessions = List.of(1);

  @Option(names = "--bytes", split = ",", paramLabel = "N", description = "Length of a datagram.")
  private List<Integer> bytes = List.of(1_400, 200);

  @Option(names = "--seconds", description = "Of each measurement.")
  private int seconds = 10;

  @Option(
      names = "--warm-up",
      description =
          "Seconds of load on each chain before, since a JVM starts slowly; the processor time at"
              + " a rate has as many of that rate before.")
  private int warmUpSeconds = 8;

  @Option(
      names = "--results",
      paramLabel = "DIR",
      description = "Where to put the results: a table as CSV and as Markdown, and a plot.")
  private Path results;

  @Option(
      names = "--document",
      paramLabel = "FILE",
      description = "A Markdown file with a place for the table: <!-- bench:NAME -->.")
  private Path document;

  @Option(
      names = "--as",
      paramLabel = "NAME",
      description = "What the results are called, such as cpu-engines, if not like the benchmark.")
  private String resultsName;

  @Option(names = "--keep-logs", paramLabel = "DIR", description = "A directory for all logs.")
  private Path logs;

  /**
   * What is compared, in the order in which it is named.
   *
   * @param spec of the command that was given
   * @throws ParameterException for a name that is wrong or there twice
   */
  List<Plan> plans(CommandSpec spec) {
    check(spec, "--loops", loops, 1, MAX_LOOPS);
    List<Plan> plans = Plans.withLoops(named(spec), loops);
    Set<String> names = new HashSet<>();
    for (Plan plan : plans) {
      if (!names.add(plan.name())) {
        throw new ParameterException(spec.commandLine(), "there are two chains " + plan.name());
      }
    }
    check(spec, "--paths", List.of(paths), 1, MAX_PATHS);
    check(spec, "--sessions", sessions, 1, MAX_SESSIONS);
    check(spec, "--bytes", bytes, BenchDatagram.MIN_BYTES, BenchDatagram.MAX_BYTES);
    check(spec, "--seconds", List.of(seconds), 1, 600);
    check(spec, "--warm-up", List.of(warmUpSeconds), 0, 600);
    return plans;
  }

  private List<Plan> named(CommandSpec spec) {
    List<Plan> plans = new ArrayList<>();
    List<String> engineNames = engines.stream().map(EngineChoice::name).toList();
    for (String chain : chains) {
      plans.addAll(parsed(spec, "--chain ", chain, one -> Plans.named(List.of(one), engineNames)));
    }
    also.forEach(text -> plans.add(parsed(spec, "--also ", text, Plans::tunnel)));
    commands.forEach(text -> plans.add(parsed(spec, "--command ", text, Plans::command)));
    running.forEach(text -> plans.add(parsed(spec, "--to ", text, Plans::running)));
    return plans;
  }

  /**
   * Those that are tunnels of ours, where only these can be measured.
   *
   * @throws ParameterException where there are none
   */
  List<Plan.Tunnel> tunnels(CommandSpec spec) {
    List<Plan.Tunnel> tunnels = new ArrayList<>();
    for (Plan plan : plans(spec)) {
      if (plan instanceof Plan.Tunnel tunnel) {
        tunnels.add(tunnel);
      }
    }
    if (tunnels.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "no tunnel is named; expected --chain sealed, --chain plain or --also");
    }
    return tunnels;
  }

  private static <T> T parsed(
      CommandSpec spec, String option, String text, Function<String, T> parser) {
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(), option + "\"" + text + "\": " + e.getMessage(), e);
    }
  }

  /** Refuses what is out of range. */
  static void check(CommandSpec spec, String option, List<Integer> values, int from, int to) {
    for (int value : values) {
      if (value < from || value > to) {
        throw new ParameterException(
            spec.commandLine(), option + " " + value + ": expected " + from + " to " + to);
      }
    }
  }

  int paths() {
    return paths;
  }

  /** Whether our programs may join datagrams. */
  boolean joining() {
    return !noJoining;
  }

  List<Integer> sessions() {
    return sessions;
  }

  List<Integer> bytes() {
    return bytes;
  }

  int seconds() {
    return seconds;
  }

  long warmUpNanos() {
    return TimeUnit.SECONDS.toNanos(warmUpSeconds);
  }

  /** Where results go; null for nowhere but to the terminal. */
  Path results() {
    return results;
  }

  /** A document with a place for the table; null for none. */
  Path document() {
    return document;
  }

  /** What the results of this benchmark are called, as files and in a document. */
  String resultsName(String benchmark) {
    return resultsName == null ? benchmark : resultsName;
  }

  /** Where logs are kept; null if they are not. */
  Path logs() {
    return logs;
  }
}

package dev.mptunnel.harness.bench;

import dev.mptunnel.harness.lab.Daemon;
import dev.mptunnel.harness.lab.JavaProgram;
import dev.mptunnel.harness.lab.LogDirectory;
import dev.mptunnel.harness.lab.Median;
import dev.mptunnel.harness.tunnel.FreePorts;
import dev.mptunnel.secret.SharedSeed;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench start}: how soon mpclient carries something, and what memory it has. */
@Command(
    name = "start",
    description = {
      "Measures how long it takes from starting an mpclient until the first datagram of an"
          + " application has come out at the target, through an mpserver that runs; and what the"
          + " mpclient then has in RAM, idle and while it carries --rate datagrams a second of"
          + " --bytes. Both ends have a secret. Of several programs each is started --runs times,"
          + " in turn."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class StartCommand implements Callable<Integer> {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  @Option(
      names = "--program",
      paramLabel = "NAME=COMMAND",
      description =
          "A command for a shell that runs mpclient with the arguments behind it, and becomes it"
              + " (exec). Without any, the launcher of the tree and what ./mptunnel image has made,"
              + " with its cache and without.")
  private List<String> programs =
      List.of(
          "tree=./mptunnel client",
          "image=MPTUNNEL_JAVA_OPTS=-XX:AOTMode=off target/image/bin/mpclient",
          "image-cache=target/image/bin/mpclient");

  @Option(
      names = "--arguments",
      paramLabel = "WORDS",
      description = "More arguments for each mpclient, such as '--over-tcp off'.")
  private String arguments = "";

  @Option(names = "--runs", description = "How often each is started.")
  private int runs = 5;

  @Option(names = "--rate", description = "Datagrams a second; 0 to leave that out.")
  private int rate = 100_000;

  @Option(names = "--idle", description = "Seconds after the first datagram that count as idle.")
  private int idleSeconds = 15;

  @Mixin private BenchOptions options;

  @Spec private CommandSpec spec;

  /**
   * As users have one: what it takes to read it, and to make keys of it, is a part of the start.
   */
  private final String secret = SharedSeed.random(new SecureRandom()).text();

  private final Table table =
      new Table(
          "program", "first datagram ms", "least", "most", "idle MiB", "at rate MiB", "carried/s");

  /** A program to be started. */
  private record Started(String name, String command) {}

  /** What came of one start; NaN where it was not measured. */
  private record Run(
      double firstMillis, double idleMebibytes, double loadedMebibytes, double rate) {}

  @Override
  public Integer call() throws IOException {
    List<Started> all = programs.stream().map(this::started).toList();
    BenchOptions.check(spec, "--runs", List.of(runs), 1, 100);
    BenchOptions.check(spec, "--rate", List.of(rate), 0, 1_000_000);
    BenchOptions.check(spec, "--idle", List.of(idleSeconds), 0, 600);
    options.plans(spec);
    List<String> conditions =
        new ArrayList<>(Surroundings.lines(spec.commandLine().getParseResult().originalArgs()));
    conditions.add("both ends have a secret, by their option --secret");
    BenchRun.announce("start", conditions);
    List<List<Run>> results = new ArrayList<>();
    all.forEach(_ -> results.add(new ArrayList<>()));
    try (LogDirectory directory = LogDirectory.open(options.logs());
        Sink sink = Sink.open(new InetSocketAddress(LOOPBACK, 0));
        DatagramSocket target = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0));
        Daemon server = server("server", directory.path(), target.getLocalPort());
        Daemon loaded = server("loaded-server", directory.path(), sink.address().getPort())) {
      target.setSoTimeout((int) PATIENCE.toMillis());
      String atServer = portOf(server);
      String atLoaded = portOf(loaded);
      for (int run = 0; run < runs; run++) {
        for (int i = 0; i < all.size(); i++) {
          Path log = directory.path().resolve(all.get(i).name() + "-" + run + ".log");
          results.get(i).add(measured(all.get(i), run, target, atServer, atLoaded, log));
        }
      }
    }
    publish(all, results, conditions);
    return 0;
  }

  private Started started(String text) {
    String[] parts = text.split("=", 2);
    if (parts.length < 2 || parts[0].isBlank() || parts[1].isBlank()) {
      throw new ParameterException(
          spec.commandLine(), "--program \"" + text + "\": expected NAME=COMMAND");
    }
    return new Started(parts[0], parts[1]);
  }

  private Daemon server(String name, Path directory, int targetPort) throws IOException {
    String listen = "127.0.0.1:" + FreePorts.next();
    String target = "127.0.0.1:" + targetPort;
    Daemon daemon =
        Daemon.start(
            name,
            JavaProgram.command(
                "dev.mptunnel.server.Main",
                "--control",
                "off",
                "--secret",
                secret,
                "--listen",
                listen,
                "--target",
                target),
            directory.resolve(name + ".log"));
    daemon.awaitOutput("listening on", PATIENCE);
    return daemon;
  }

  private static String portOf(Daemon server) throws IOException {
    return server.output().replaceFirst("(?s).*listening on 127.0.0.1:(\\d+).*", "$1");
  }

  /** Once to its first datagram, idle after that; and in the first run under load, too. */
  private Run measured(
      Started program, int run, DatagramSocket target, String atServer, String atLoaded, Path log)
      throws IOException {
    double first;
    double idle;
    int entry = FreePorts.next();
    long beganNanos = System.nanoTime();
    try (Daemon client = Daemon.start(program.name(), command(program, entry, atServer), log)) {
      first = FirstDatagram.millis(beganNanos, entry, target, client);
      BenchRun.pause(idleSeconds);
      idle = ResidentMemory.mebibytes(client.pid());
    }
    if (run > 0 || rate == 0) {
      return new Run(first, idle, Double.NaN, Double.NaN);
    }
    int loadedEntry = FreePorts.next();
    Path other = log.resolveSibling("loaded-" + log.getFileName());
    try (Daemon client =
            Daemon.start(program.name(), command(program, loadedEntry, atLoaded), other);
        Generator generator =
            Generator.open(List.of(new InetSocketAddress(LOOPBACK, loadedEntry)), 1)) {
      generator.awaitSink(PATIENCE);
      int bytes = options.bytes().getFirst();
      generator.run(Load.counted(rate, Math.max(1, options.warmUpNanos()), bytes));
      long nanos = TimeUnit.SECONDS.toNanos(options.seconds());
      Outcome outcome = generator.run(Load.counted(rate, nanos, bytes));
      return new Run(first, idle, ResidentMemory.mebibytes(client.pid()), outcome.perSecond());
    }
  }

  private List<String> command(Started program, int entry, String serverPort) {
    StringBuilder words = new StringBuilder(program.command());
    words.append(" --control off --secret ").append(secret);
    words.append(" --listen 127.0.0.1:").append(entry);
    for (int path = 1; path <= options.paths(); path++) {
      words.append(" --bridge '127.0.0.1 ").append(serverPort).append(" name=path").append(path);
      words.append('\'');
    }
    words.append(' ').append(arguments);
    String assignments = "^((?:\\w+=\\S+ )*)";
    return List.of("sh", "-c", words.toString().replaceFirst(assignments, "$1exec "));
  }

  private void publish(List<Started> all, List<List<Run>> results, List<String> conditions)
      throws IOException {
    Plot plot = new Plot("From start to the first datagram", "ms", List.of("median of " + runs));
    for (int i = 0; i < all.size(); i++) {
      List<Run> its = results.get(i);
      double[] firsts = its.stream().mapToDouble(Run::firstMillis).sorted().toArray();
      double median = Median.of(its, Run::firstMillis);
      table.add(
          all.get(i).name(),
          Table.number(median, 0),
          Table.number(firsts[0], 0),
          Table.number(firsts[firsts.length - 1], 0),
          Table.number(Median.of(its, Run::idleMebibytes), 1),
          Table.number(its.getFirst().loadedMebibytes(), 1),
          Table.number(its.getFirst().rate(), 0));
      plot.add(all.get(i).name(), median);
    }
    new Results(options.resultsName("start"), conditions, table, plot).publish(options, System.out);
  }
}

package dev.mptunnel.harness.demo;

import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.emulator.Direction;
import dev.mptunnel.harness.link.LinkProperties;
import dev.mptunnel.harness.load.Gate;
import dev.mptunnel.harness.load.LoadPlan;
import dev.mptunnel.harness.load.LoadStream;
import dev.mptunnel.harness.load.LoadTarget;
import dev.mptunnel.harness.loop.DatagramLoop;
import dev.mptunnel.harness.tunnel.LocalTunnel;
import dev.mptunnel.log.ConsoleLog;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code ./mptunnel demo}: a whole tunnel over three bad lines, on loopback, and what becomes of a
 * stream each way.
 */
public final class Demo {

  private static final List<LinkProperties> LINES =
      List.of(
          LinkProperties.parse("loss=20% delay=10ms jitter=2ms"),
          LinkProperties.parse("loss=20% delay=25ms jitter=5ms"),
          LinkProperties.parse("loss=30% delay=40ms jitter=8ms"));

  private static final int PER_SECOND = 1_000;
  private static final int MIN_BYTES = 100;
  private static final int MAX_BYTES = 1_300;
  private static final int STREAM = LocalTunnel.STREAM;
  private static final Duration REDRAW = Duration.ofMillis(250);

  /** A datagram may wait a second for one before it. */
  private static final Duration STILL = Duration.ofMillis(1_200);

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final PrintStream out;
  private final LoadPlan plan;
  private final Seed seed;

  Demo(PrintStream out, int seconds, Seed seed) {
    this.out = out;
    plan = new LoadPlan(PER_SECOND, seconds * PER_SECOND, MIN_BYTES, MAX_BYTES);
    this.seed = seed;
  }

  public static void main(String[] args) throws IOException {
    CommandSpec spec = spec();
    try {
      ParseResult options = new CommandLine(spec).parseArgs(args);
      if (options.isUsageHelpRequested()) {
        new CommandLine(spec).usage(System.out);
        return;
      }
      int seconds = options.matchedOptionValue("--seconds", 12);
      if (seconds < 1 || seconds > 3_600) {
        throw new IllegalArgumentException("--seconds " + seconds + ": expected 1 to 3600");
      }
      Seed seed =
          options.hasMatchedOption("--seed")
              ? new Seed(options.<Long>matchedOptionValue("--seed", 0L))
              : Seed.ofRun();
      ConsoleLog.install(false, false, Map.of());
      Logger.getLogger("").setLevel(Level.SEVERE); // the table shows all else
      System.exit(new Demo(System.out, seconds, seed).run() ? 0 : 1);
    } catch (CommandLine.ParameterException | IllegalArgumentException e) {
      System.err.println("demo: " + e.getMessage() + "; try './mptunnel demo --help'");
      System.exit(2);
    }
  }

  private static CommandSpec spec() {
    CommandSpec spec = CommandSpec.create().name("./mptunnel demo");
    spec.usageMessage()
        .description(
            "Runs a target, mpserver, three bridges behind bad lines, and mpclient, on loopback;"
                + " sends a stream each way; exits with 0 only if exactly those datagrams arrived"
                + " of which a line let a copy through, first or sent again, each once and"
                + " undamaged.");
    spec.addOption(
        OptionSpec.builder("--seconds")
            .type(Integer.class)
            .paramLabel("N")
            .description("how long to send (12)")
            .build());
    spec.addOption(
        OptionSpec.builder("--seed")
            .type(Long.class)
            .paramLabel("N")
            .description("have the lines lose what they lost before")
            .build());
    spec.addOption(
        OptionSpec.builder("-h", "--help").usageHelp(true).description("this help").build());
    return spec;
  }

  /** Runs the demo. @return whether exactly what had to arrive did */
  boolean run() throws IOException {
    InetSocketAddress loopback = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    LoadTarget.Answers answers = new LoadTarget.Answers.Stream(plan, _ -> Gate.OPEN);
    out.println(
        "starting a target, mpserver, three bridges behind bad lines, and mpclient, with a secret"
            + " …");
    try (DatagramLoop loop = DatagramLoop.start("emulator")) {
      LoadTarget target = LoadTarget.open(loop, loopback, answers);
      try (LocalTunnel tunnel = LocalTunnel.start(loop, target.address(), LINES, true, seed)) {
        tunnel.awaitPaths();
        LoadStream stream =
            LoadStream.open(loop, loopback, tunnel.entry(), STREAM, plan, Gate.OPEN);
        watch(tunnel, stream, target);
        return Outcome.of(tunnel, stream, target, STREAM).print(out, LINES, seed);
      } finally {
        target.close();
      }
    }
  }

  private void watch(LocalTunnel tunnel, LoadStream stream, LoadTarget target) {
    LiveTable table = new LiveTable(out, LINES);
    stream.start();
    Duration limit = Duration.ofSeconds(plan.count() / PER_SECOND).plus(PATIENCE);
    long[] nextDraw = {System.nanoTime()};
    Await.until(
        "both streams to be sent",
        limit,
        () -> {
          if (System.nanoTime() - nextDraw[0] >= 0) {
            nextDraw[0] += REDRAW.toNanos();
            table.draw(tunnel, stream.sent(), plan.count());
          }
          return stream.done() && target.done(STREAM);
        });
    Await.quiet(
        "the last datagrams",
        STILL,
        PATIENCE,
        () ->
            stream.received().distinct()
                + target.received(STREAM).distinct()
                + tunnel.ledger().offeredCount(Direction.DOWN, STREAM)
                + tunnel.ledger().passedCount(Direction.UP, STREAM)
                + tunnel.ledger().passedCount(Direction.DOWN, STREAM));
    table.draw(tunnel, stream.sent(), plan.count());
  }
}

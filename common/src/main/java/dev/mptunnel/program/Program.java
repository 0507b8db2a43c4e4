package dev.mptunnel.program;

import dev.mptunnel.config.Command;
import dev.mptunnel.config.CommandResult;
import dev.mptunnel.config.SocketSettings;
import dev.mptunnel.config.StatusSettings;
import dev.mptunnel.config.Version;
import dev.mptunnel.log.ConsoleLog;
import dev.mptunnel.log.Journal;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.Engines;
import dev.mptunnel.net.Signals;
import dev.mptunnel.observe.Figures;
import java.io.IOException;
import java.io.PrintStream;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the three programs do alike: read the command line, start, say so in one line, print the
 * table on SIGUSR1, and on SIGTERM or SIGINT close in order, print it once more, and exit with 0.
 * Should the engine end by itself, nothing works any more: then they exit with 1, for a supervisor
 * to start them again.
 */
public final class Program<C> {

  private static final int EXIT_ENGINE_ENDED = 1;

  private final Command<C> command;
  private final Function<C, SocketSettings> sockets;
  private final Function<C, StatusSettings> status;
  private final Starter<C> starter;

  /**
   * A program.
   *
   * @param sockets where its configuration says which engine to use
   * @param status where it says how the program shows what it does
   */
  public Program(
      Command<C> command,
      Function<C, SocketSettings> sockets,
      Function<C, StatusSettings> status,
      Starter<C> starter) {
    this.command = command;
    this.sockets = sockets;
    this.status = status;
    this.starter = starter;
  }

  /** Opens a program's sockets; an IOException's message is for the user. */
  @FunctionalInterface
  public interface Starter<C> {
    Running start(DatagramEngine engine, C config) throws IOException;
  }

  /** A program that runs. */
  public interface Running extends AutoCloseable {

    /** What listens where, and what it leads to, in one line. */
    String summary();

    /**
     * The figures now. From any thread.
     *
     * @return soon; failed if the program ends
     */
    CompletableFuture<Figures> figures(Figures.Wish wish);

    /** Its figures in a few lines, each ended. From any thread. */
    String table(Figures figures);

    /** All figures now, in a few lines, each ended. From any thread; waits for them. */
    default String table() {
      return table(figures(Figures.Wish.ALL).join());
    }

    /** Done when something of its own has ended without which it cannot go on. */
    default CompletableFuture<Void> ended() {
      return new CompletableFuture<>();
    }

    /**
     * Done when each of the threads that move something has answered; fails if one has ended. Who
     * hangs does not answer. From any thread.
     */
    CompletableFuture<Void> answered();

    /** Closes in order; returns when done. From any thread. */
    @Override
    void close();
  }

  /**
   * Runs until a signal ends it.
   *
   * @return the exit status
   */
  public int run(String[] args, PrintStream out, PrintStream err) throws InterruptedException {
    return switch (command.start(args, out, err)) {
      case CommandResult.Exit<C>(int status) -> status;
      case CommandResult.Run<C>(C config, boolean verbose) -> {
        Map<String, String> environment = System.getenv();
        boolean json = status.apply(config).jsonLog();
        Journal journal = ConsoleLog.install(verbose, json, environment);
        yield run(config, journal, environment, out, err);
      }
    };
  }

  private int run(
      C config, Journal journal, Map<String, String> environment, PrintStream out, PrintStream err)
      throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(1);
    Signals.on("TERM", ended::countDown);
    Signals.on("INT", ended::countDown);
    SocketSettings asked = sockets.apply(config);
    Systemd systemd = Systemd.of(environment, ProcessHandle.current().pid());
    try (DatagramEngine engine = Engines.open(asked, command.name());
        Running running = starter.start(engine, config);
        Observation _ =
            Observation.open(
                command.name(),
                engine.name(),
                running,
                journal,
                status.apply(config),
                environment);
        Watchdog.Closing _ = Watchdog.start(systemd, running)) {
      Signals.on("USR1", () -> print(running, out));
      log()
          .info(
              "{} {}: {} ({})",
              command.name(),
              Version.current(),
              running.summary(),
              engine.name());
      systemd.ready(running.summary());
      CompletableFuture<Object> broken = CompletableFuture.anyOf(engine.ended(), running.ended());
      broken.thenRun(ended::countDown);
      ended.await();
      if (broken.isDone()) {
        log().error("the engine has ended by itself: nothing is forwarded any more");
        return EXIT_ENGINE_ENDED;
      }
      systemd.stopping();
      print(running, out);
      return 0;
    } catch (IOException e) {
      err.println(command.name() + ": " + e.getMessage());
      return Command.EXIT_USAGE;
    }
  }

  private static void print(Running running, PrintStream out) {
    out.print(running.table());
    out.flush();
  }

  private static Logger log() {
    return LoggerFactory.getLogger(Program.class); // only once the log has been installed
  }
}

package dev.mptunnel.program;

import dev.mptunnel.config.Command;
import dev.mptunnel.config.CommandResult;
import dev.mptunnel.config.Configured;
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
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the three programs do alike: read the command line, start, say so in one line, print the
 * table on SIGUSR1, go over to what the configuration says now on SIGHUP, and on SIGTERM or SIGINT
 * close in order, print it once more, and exit with 0. Should the engine end by itself, nothing
 * works any more: then they exit with 1, for a supervisor to start them again.
 */
public final class Program<C> {

  private static final int EXIT_ENGINE_ENDED = 1;
  private static final Path TERMINAL = Path.of("/dev/tty");

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
    Reloadable<C> start(DatagramEngine engine, C config) throws IOException;
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

  /** A program that can change while it runs. From any thread but its own, one change at a time. */
  public interface Reloadable<C> extends Running {

    /**
     * Goes over to another configuration, whole or not at all. Returns when that is done, though
     * what is given up may end a little later.
     *
     * @return what has changed, in a few words each
     * @throws IOException when it cannot; the message, of one line, is for the user
     */
    List<String> reload(C config) throws IOException;

    /**
     * Changes its paths.
     *
     * @param order such as {@code pause NAME}
     * @return what to tell the user
     * @throws IOException when it cannot; the message, of one line, is for the user
     */
    default String path(String order) throws IOException {
      throw new IOException("there are no paths here; expected 'mpclient path', where they begin");
    }
  }

  /**
   * Runs until a signal ends it.
   *
   * @return the exit status
   */
  public int run(String[] args, PrintStream out, PrintStream err) throws InterruptedException {
    return switch (command.begin(args, out, err)) {
      case CommandResult.Exit<Configured<C>>(int exit) -> exit;
      case CommandResult.Run<Configured<C>>(Configured<C> configured, boolean verbose) -> {
        boolean json = status.apply(configured.config()).jsonLog();
        Map<String, String> environment = System.getenv();
        Journal journal = ConsoleLog.install(verbose, json, environment);
        yield run(args, configured, journal, environment, out, err);
      }
    };
  }

  private int run(
      String[] args,
      Configured<C> configured,
      Journal journal,
      Map<String, String> environment,
      PrintStream out,
      PrintStream err)
      throws InterruptedException {
    C config = configured.config();
    CountDownLatch ended = new CountDownLatch(1);
    Signals.on("TERM", ended::countDown);
    Signals.on("INT", ended::countDown);
    Hangups<C> hangups = new Hangups<>(ended::countDown);
    Signals.on("HUP", hangups::onSignal); // or it would end a program that is just starting
    SocketSettings asked = sockets.apply(config);
    Systemd systemd = Systemd.of(environment, ProcessHandle.current().pid());
    try (DatagramEngine engine = Engines.open(asked, command.name());
        Reloadable<C> running = starter.start(engine, config);
        Observation observation =
            Observation.open(
                command.name(), engine.name(), running, journal, status.apply(config));
        Watchdog.Closing _ = Watchdog.start(systemd, running)) {
      Reloader<C> reloader =
          new Reloader<>(command, args, configured, status, running, observation, systemd);
      observation.openControl(reloader, environment);
      Signals.on("USR1", () -> print(running, out));
      log()
          .info(
              "{} {}: {} ({})",
              command.name(),
              Version.current(),
              running.summary(),
              engine.name());
      systemd.ready(running.summary());
      hangups.reloadBy(reloader);
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

  /** Whether that of this process has not been closed; false if it never had one. */
  private static boolean hasTerminal() {
    try (InputStream _ = Files.newInputStream(TERMINAL)) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * What SIGHUP does: a reload; of those that come while the program starts, one that all of them
   * get. Or it may be what it is called: then it ends what runs there, as it always did.
   */
  private static final class Hangups<C> {

    private final boolean hadTerminal = hasTerminal();
    private final Runnable end;
    private Reloader<C> reloader;
    private boolean isAsked;

    Hangups(Runnable end) {
      this.end = end;
    }

    void onSignal() {
      if (hadTerminal && !hasTerminal()) {
        end.run();
      } else {
        ask();
      }
    }

    private synchronized void ask() {
      if (reloader == null) {
        isAsked = true;
      } else {
        reloader.reload();
      }
    }

    /** The program has started. */
    synchronized void reloadBy(Reloader<C> its) {
      reloader = its;
      if (isAsked) {
        reloader.reload();
      }
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

package dev.mptunnel.program;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd that we are alive, for as long as every thread that moves something answers: one
 * that hangs in a loop, or waits for ever, is no program that serves, and is started again. Asks
 * twice in the time that systemd waits, so that an answer may take as long as half of it.
 */
final class Watchdog {

  private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);

  private final Supplier<CompletableFuture<Void>> answered;
  private final Runnable alive;
  private final Executor thread;

  /** What was asked last. On the thread. */
  private CompletableFuture<Void> asked = CompletableFuture.completedFuture(null);

  /**
   * A watchdog that has not begun.
   *
   * @param answered asks all threads; see {@link Program.Running#answered}
   * @param alive called when all have answered
   * @param thread where it is called, since it may have to wait
   */
  Watchdog(Supplier<CompletableFuture<Void>> answered, Runnable alive, Executor thread) {
    this.answered = answered;
    this.alive = alive;
    this.thread = thread;
  }

  /**
   * Begins, where systemd has a watchdog for us.
   *
   * @return what ends it
   */
  static Closing start(Systemd systemd, Program.Running running) {
    long period = systemd.watchdogNanos() / 2;
    if (period == 0) {
      return () -> {};
    }
    ScheduledExecutorService thread =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("watchdog").factory());
    Watchdog watchdog = new Watchdog(running::answered, systemd::alive, thread);
    thread.scheduleAtFixedRate(watchdog::onTick, 0, period, TimeUnit.NANOSECONDS);
    return thread::shutdownNow;
  }

  /** Ends a watchdog. */
  @FunctionalInterface
  interface Closing extends AutoCloseable {
    @Override
    void close();
  }

  /** Asks, unless what was asked before has not been answered. */
  void onTick() {
    if (!asked.isDone()) {
      LOG.warn(
          "a thread that moves packets does not answer; the watchdog is not told we are alive");
      return;
    }
    asked = answered.get().thenRunAsync(alive, thread);
  }
}

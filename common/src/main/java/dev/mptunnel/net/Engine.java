package dev.mptunnel.net;

import java.util.Collection;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;

/**
 * One thread, its sockets and its timers: the seam between the sans-IO core and an operating
 * system.
 *
 * <p>Everything runs on the engine's one thread: handlers, timers and tasks are called there, and
 * all methods but {@link #execute}, {@link #call}, {@link #runAndWait}, {@link #close} and those
 * that open sockets must be called there.
 */
public interface Engine extends AutoCloseable {

  /**
   * What this engine is called in the log: {@code native}, {@code epoll}, {@code io_uring} or
   * {@code nio}.
   */
  String name();

  /**
   * Runs the task on the engine's thread, soon; not at all once the engine has ended, so nobody may
   * wait for it. May be called from any thread.
   */
  void execute(Runnable task);

  /**
   * Has the engine's thread work something out: at once, if this is that thread, or soon. May be
   * called from any thread.
   *
   * @return what it was, or what was thrown: a {@link RejectedExecutionException} if the engine
   *     ended before
   */
  <T> CompletableFuture<T> call(Callable<T> work);

  /**
   * Asks each of these engines' threads for a sign of life. May be called from any thread.
   *
   * @return done when all have answered, failed if one has ended
   */
  static CompletableFuture<Void> answered(Collection<? extends Engine> engines) {
    return CompletableFuture.allOf(
        engines.stream().map(engine -> engine.call(() -> null)).toArray(CompletableFuture[]::new));
  }

  /**
   * Runs the task on the engine's thread, and returns when it is done. May be called from any
   * thread.
   *
   * @return false if the engine has ended, and all that it had is closed: nothing was run then
   */
  default boolean runAndWait(Runnable task) {
    try {
      return call(() -> {
            task.run();
            return true;
          })
          .join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RejectedExecutionException) {
        return false;
      }
      throw e;
    }
  }

  /** Makes a timer that is not set; its task runs on the engine's thread. */
  EngineTimer newTimer(Runnable task);

  /**
   * The engine's clock in nanoseconds, monotonic, going on while the machine is suspended: what the
   * core is given as {@code nowNanos}. The same for all engines of a process. On the engine's own
   * thread it may stand still while what came together is handed over.
   */
  long nanoTime();

  /** Closes all sockets, stops the thread and waits for it. Idempotent. */
  @Override
  void close();

  /** A timer of an engine; used only on the engine's thread. */
  interface EngineTimer {

    /** Runs the task at this time, or at once if it has passed; replaces an earlier setting. */
    void set(long atNanos);

    /** Forgets the setting, if there is one. */
    void cancel();
  }
}

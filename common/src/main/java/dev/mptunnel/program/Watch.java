package dev.mptunnel.program;

import dev.mptunnel.config.Version;
import dev.mptunnel.log.Journal;
import dev.mptunnel.net.OwnProcess;
import dev.mptunnel.observe.Figures;
import dev.mptunnel.observe.History;
import dev.mptunnel.observe.ProcessFigures;
import dev.mptunnel.observe.Reloads;
import dev.mptunnel.observe.ServingFigures;
import dev.mptunnel.observe.Snapshot;
import dev.mptunnel.observe.Trends;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a program's figures every two seconds for the history, and makes a snapshot of them every
 * second while somebody looks. On a thread of its own, which asks those that move datagrams for
 * their figures and never has them wait.
 */
final class Watch implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Watch.class);

  /** What is shown of a server's sessions. */
  private static final int SESSIONS = 64;

  /** Who has asked in this time is looking. */
  private static final long LOOKING_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** A snapshot that is younger is given to whoever asks: while somebody looks, every one is. */
  private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(1_100);

  private final String program;
  private final String engine;
  private final Program.Running running;
  private final Journal journal;
  private final Supplier<ServingFigures> serving;
  private final Runnable onSnapshot;
  private final Instant started = Instant.now();
  private final long startedNanos = System.nanoTime();
  private final History history = new History();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("status").factory());

  // On the thread.
  private Figures before;
  private ProcessFigures processBefore;
  private long ticks;
  private boolean isTaking;
  private Trends trends = Trends.NONE;
  private boolean isTrendNew;
  private long latestNanos;

  private volatile Reloads reloads = Reloads.NONE;
  private volatile Snapshot latest;
  private volatile long takenNanos = System.nanoTime();
  private volatile long askedNanos = System.nanoTime() - LOOKING_NANOS;
  private CompletableFuture<Snapshot> next = new CompletableFuture<>();

  /**
   * A watch that has not begun.
   *
   * @param serving what those take who look
   * @param onSnapshot called when there is a new snapshot, on the watch's thread
   */
  Watch(
      String program,
      String engine,
      Program.Running running,
      Journal journal,
      Supplier<ServingFigures> serving,
      Runnable onSnapshot) {
    this.program = program;
    this.engine = engine;
    this.running = running;
    this.journal = journal;
    this.serving = serving;
    this.onSnapshot = onSnapshot;
  }

  /** Begins. */
  void start() {
    thread.scheduleAtFixedRate(this::onTick, 0, 1, TimeUnit.SECONDS);
  }

  private void onTick() {
    boolean isForHistory = ticks++ % History.PERIOD_SECONDS == 0;
    boolean isWatched =
        serving.get().streams() > 0 || System.nanoTime() - askedNanos < LOOKING_NANOS;
    if (isForHistory || isWatched) {
      take(isForHistory, isWatched || latest == null);
    }
  }

  private void take(boolean isForHistory, boolean isShown) {
    if (isTaking) {
      return;
    }
    isTaking = true;
    CompletableFuture<Figures> figures;
    try {
      figures = running.figures(new Figures.Wish(SESSIONS, isForHistory, thread));
    } catch (RuntimeException e) {
      figures = CompletableFuture.failedFuture(e);
    }
    figures.whenCompleteAsync((its, failure) -> taken(its, failure, isForHistory, isShown), thread);
  }

  private void taken(Figures figures, Throwable failure, boolean isForHistory, boolean isShown) {
    isTaking = false;
    if (failure != null) {
      LOG.debug("no figures: {}", failure.toString());
      return;
    }
    Instant time = Instant.now();
    long now = System.nanoTime();
    if (isForHistory) {
      history.add(time, now, figures);
      isTrendNew = true;
    }
    if (isShown) {
      show(figures, time, now);
    }
    before = figures;
    takenNanos = now;
  }

  private void show(Figures figures, Instant time, long now) {
    if (isTrendNew) {
      trends = history.trends();
      isTrendNew = false;
    }
    ProcessFigures process = OwnProcess.figures();
    double seconds = before == null ? 0 : (now - takenNanos) / 1e9;
    latest =
        new Snapshot(
            program,
            Version.current(),
            started,
            time,
            (now - startedNanos) / 1e9,
            running.summary(),
            engine,
            figures,
            before == null ? figures : before,
            seconds,
            process,
            cpuShare(process, (now - latestNanos) / 1e9),
            serving.get(),
            reloads,
            trends,
            journal.latest());
    processBefore = process;
    latestNanos = now;
    CompletableFuture<Snapshot> awaited = next;
    next = new CompletableFuture<>();
    awaited.complete(latest);
    onSnapshot.run();
  }

  private double cpuShare(ProcessFigures process, double seconds) {
    return processBefore == null || process.cpuNanos() < 0 || seconds <= 0
        ? Double.NaN
        : (process.cpuNanos() - processBefore.cpuNanos()) / seconds / 1e9;
  }

  /** A snapshot of now, or of a moment ago. From any thread. */
  CompletableFuture<Snapshot> fresh() {
    askedNanos = System.nanoTime();
    CompletableFuture<Snapshot> answer = new CompletableFuture<>();
    try {
      thread.execute(
          () -> {
            if (latest != null && System.nanoTime() - latestNanos < FRESH_NANOS) {
              answer.complete(latest);
            } else {
              next.whenComplete((snapshot, _) -> answer.complete(snapshot));
              take(false, true);
            }
          });
    } catch (RejectedExecutionException e) {
      answer.complete(latest);
    }
    return answer;
  }

  /** There was one more reload, or one was refused. By one thread at a time. */
  void countReload(boolean isDone) {
    reloads = reloads.plus(isDone);
  }

  /** The last snapshot, or null. From any thread. */
  Snapshot latest() {
    return latest;
  }

  /** How many seconds ago a snapshot was taken. From any thread. */
  double age(Snapshot snapshot) {
    return (System.nanoTime() - startedNanos) / 1e9 - snapshot.uptimeSeconds();
  }

  /** How many seconds ago there were figures, which are asked for all the time. From any thread. */
  double silentSeconds() {
    return (System.nanoTime() - takenNanos) / 1e9;
  }

  History history() {
    return history;
  }

  Journal journal() {
    return journal;
  }

  /** Runs what takes a while, away from the threads that serve. From any thread. */
  void execute(Runnable work) {
    thread.execute(work);
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}

package dev.mptunnel.harness.soak;

import dev.mptunnel.harness.lab.Wait;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** Looks at datagrams and programs, each second, on a thread of its own. */
final class Watch {

  private static final Duration PERIOD = Duration.ofSeconds(1);

  private final RunClock clock;
  private final DatagramLoad datagrams;
  private final BrokenPromises broken;
  private final List<DatagramJudge> judges;
  private final List<WatchedProgram> programs;
  private final Thread thread = Thread.ofPlatform().name("watch").daemon().unstarted(this::run);
  private long strangers;
  private volatile boolean stopping;
  private volatile IOException failure;

  private Watch(
      RunClock clock,
      DatagramLoad datagrams,
      List<DatagramJudge> judges,
      BrokenPromises broken,
      List<WatchedProgram> programs) {
    this.clock = clock;
    this.datagrams = datagrams;
    this.broken = broken;
    this.judges = judges;
    this.programs = List.copyOf(programs);
    strangers = datagrams.strangers();
  }

  /** Begins to look; what was sent before is not looked at. */
  static Watch start(
      RunClock clock,
      DatagramLoad datagrams,
      FaultLog faults,
      BrokenPromises broken,
      List<WatchedProgram> programs)
      throws IOException {
    long now = clock.nanos();
    List<DatagramJudge> judges =
        List.of(
            new DatagramJudge(datagrams.up(), faults, broken, now),
            new DatagramJudge(datagrams.down(), faults, broken, now));
    Watch watch = new Watch(clock, datagrams, judges, broken, programs);
    watch.thread.start();
    return watch;
  }

  private void run() {
    try {
      while (!stopping) {
        look();
        Wait.pass(PERIOD);
      }
    } catch (IOException e) {
      failure = e;
    }
  }

  private void look() throws IOException {
    double seconds = clock.nanos() / 1e9;
    for (WatchedProgram program : programs) {
      program.look(seconds);
    }
    for (DatagramJudge judge : judges) {
      judge.look(clock.nanos());
    }
    lookAtStrangers();
  }

  private void lookAtStrangers() {
    long now = datagrams.strangers();
    if (now > strangers) {
      broken.add(clock.nanos(), (now - strangers) + " datagrams at the target are of nobody");
    }
    strangers = now;
  }

  /** Ends the thread; nobody looks any more but by {@link #lookAtRest}. */
  void stop() throws IOException {
    stopping = true;
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Looks at the datagrams that are left, once none is sent or under way any more. */
  void lookAtRest() throws IOException {
    for (DatagramJudge judge : judges) {
      judge.lookAtRest(clock.nanos());
    }
    lookAtStrangers();
  }

  /** What has become of the datagrams, up and down. */
  List<SoakOutcome.Datagrams> datagrams() {
    return judges.stream().map(DatagramJudge::outcome).toList();
  }
}

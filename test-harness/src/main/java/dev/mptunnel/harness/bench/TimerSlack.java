package dev.mptunnel.harness.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Linux lets a thread's timers be late by 50 µs, so that several may go off together: too much for
 * one that sends on schedule (PR_SET_TIMERSLACK in prctl(2), timerslack_ns in proc(5)).
 */
final class TimerSlack {

  private TimerSlack() {}

  /** Has the calling thread's timers go off in time, where the system lets it. */
  static void remove() {
    try {
      Path thread = Files.readSymbolicLink(Path.of("/proc/thread-self")).getFileName();
      Files.writeString(Path.of("/proc", thread.toString(), "timerslack_ns"), "1");
    } catch (IOException e) {
      // Not Linux, or an old one: what is late shows as the generator's own lag.
    }
  }
}

package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The processor time of a process and of all that it has started, by the kernel's own count ({@code
 * /proc/PID/stat}, proc(5)). The kernel counts in ticks, so what is measured should take seconds.
 */
public final class ProcessorTime {

  /** {@code USER_HZ} is 100 on every architecture that a JDK 25 runs on. */
  private static final long NANOS_PER_TICK = 10_000_000;

  /**
   * Where {@code utime} stands, counted from the state, the first field after the name; {@code
   * stime}, {@code cutime} and {@code cstime} follow it.
   */
  private static final int UTIME = 11;

  private static final int TIMES = 4;

  private ProcessorTime() {}

  /**
   * User and system time so far, in nanoseconds: of the process, of its children and theirs that
   * run, and of those that have ended and were waited for.
   *
   * @throws IOException when there is no such process
   */
  public static long ofTreeNanos(long pid) throws IOException {
    // The parent first: a child that ends meanwhile is missed, but none is counted twice.
    long nanos = ofOneNanos(pid);
    List<ProcessHandle> descendants =
        ProcessHandle.of(pid).stream().flatMap(ProcessHandle::descendants).toList();
    for (ProcessHandle descendant : descendants) {
      nanos += ofOneIfThereNanos(descendant.pid());
    }
    return nanos;
  }

  private static long ofOneIfThereNanos(long pid) throws IOException {
    try {
      return ofOneNanos(pid);
    } catch (IOException e) {
      return 0; // it has ended since
    }
  }

  /**
   * The same of the process alone.
   *
   * @throws IOException when there is no such process
   */
  public static long ofOneNanos(long pid) throws IOException {
    return parseNanos(Files.readString(Path.of("/proc", Long.toString(pid), "stat")));
  }

  /** What a line of {@code /proc/PID/stat} says, whose process may be called anything. */
  static long parseNanos(String stat) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    long ticks = 0;
    for (int i = 0; i < TIMES; i++) {
      ticks += Long.parseLong(fields[UTIME + i]);
    }
    return ticks * NANOS_PER_TICK;
  }
}

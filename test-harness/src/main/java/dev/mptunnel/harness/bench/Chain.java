package dev.mptunnel.harness.bench;

import dev.mptunnel.harness.lab.Daemon;
import dev.mptunnel.harness.lab.ProcessorTime;
import dev.mptunnel.harness.lab.Usage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Something that is compared, as it runs: the programs of one plan, and its generator. */
final class Chain implements AutoCloseable {

  /** Which side a program is on: that of the application, or that of the target. */
  enum End {
    NEAR,
    FAR
  }

  /**
   * A program.
   *
   * @param daemon null for one that is not ours to end
   * @param pauses what its JVM logs of its pauses; null where it has none
   */
  record Part(End end, long pid, Daemon daemon, PauseLog pauses) {

    /** Ends it and all that it started. */
    void close() {
      if (daemon == null) {
        return;
      }
      List<ProcessHandle> children =
          ProcessHandle.of(pid).stream().flatMap(ProcessHandle::descendants).toList();
      daemon.close();
      children.forEach(ProcessHandle::destroy);
    }
  }

  private final String name;
  private final List<Part> parts;
  private final Generator generator;

  /** A chain whose programs run. */
  Chain(String name, List<Part> parts, Generator generator) {
    this.name = name;
    this.parts = List.copyOf(parts);
    this.generator = generator;
  }

  String name() {
    return name;
  }

  void awaitSink(Duration limit) throws IOException {
    try {
      generator.awaitSink(limit);
    } catch (IOException e) {
      throw new IOException(name + ": " + e.getMessage(), e);
    }
  }

  Outcome run(Load load) throws IOException {
    return generator.run(load);
  }

  boolean has(End end) {
    return parts.stream().anyMatch(part -> part.end == end);
  }

  List<Part> parts() {
    return parts;
  }

  /** The processor time so far of the programs of both sides. */
  Usage usage() throws IOException {
    return new Usage(nanos(End.NEAR), nanos(End.FAR), 0);
  }

  private long nanos(End end) throws IOException {
    long nanos = 0;
    for (Part part : parts) {
      if (part.end == end) {
        nanos += ProcessorTime.ofTreeNanos(part.pid);
      }
    }
    return nanos;
  }

  /** How long each program's log of pauses is. */
  List<Integer> pauseMarks() throws IOException {
    List<Integer> marks = new ArrayList<>();
    for (Part part : parts) {
      marks.add(part.pauses == null ? 0 : part.pauses.lines());
    }
    return marks;
  }

  /** The longest pause of any of its JVMs since then, in nanoseconds; -1 where there is no JVM. */
  long longestPauseNanos(List<Integer> marks) throws IOException {
    long longest = -1;
    for (int i = 0; i < parts.size(); i++) {
      PauseLog log = parts.get(i).pauses;
      if (log != null) {
        longest = Math.max(longest, log.longestNanos(marks.get(i)));
      }
    }
    return longest;
  }

  @Override
  public void close() {
    generator.close();
    parts.forEach(Part::close);
  }
}

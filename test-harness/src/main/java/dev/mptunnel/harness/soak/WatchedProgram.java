package dev.mptunnel.harness.soak;

import dev.mptunnel.harness.bench.LiveHeap;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/** A program, or the latest of its processes, and what it took at each look. */
final class WatchedProgram {

  private final String name;
  private final LongSupplier pid;
  private final List<Sample> samples = new ArrayList<>();
  private long heapAtStartBytes;
  private long heapAtEndBytes;

  /**
   * @param pid of the process that it is now
   */
  WatchedProgram(String name, LongSupplier pid) {
    this.name = name;
    this.pid = pid;
  }

  String name() {
    return name;
  }

  /** Looks once; at one that is away just now there is nothing to see. */
  synchronized void look(double seconds) {
    try {
      samples.add(Sample.of(pid.getAsLong(), seconds));
    } catch (IOException e) {
      return;
    }
  }

  /** Notes what a full collection leaves of its heap, before all. */
  void collectAtStart() throws IOException {
    heapAtStartBytes = LiveHeap.bytes(pid.getAsLong());
  }

  /** The same after all. */
  void collectAtEnd() throws IOException {
    heapAtEndBytes = LiveHeap.bytes(pid.getAsLong());
  }

  /** What a full collection had left before all. */
  long heapAtStartBytes() {
    return heapAtStartBytes;
  }

  /** … and after all. */
  long heapAtEndBytes() {
    return heapAtEndBytes;
  }

  /** All samples, in the order of time. */
  synchronized List<Sample> samples() {
    return List.copyOf(samples);
  }

  /** Those of the process that was there last. */
  List<Sample> ofLatestProcess() {
    List<Sample> all = samples();
    return all.stream().filter(sample -> sample.pid() == all.getLast().pid()).toList();
  }

  /** How many processes it has been, beyond the first. */
  long restarts() {
    return samples().stream().mapToLong(Sample::pid).distinct().count() - 1;
  }
}

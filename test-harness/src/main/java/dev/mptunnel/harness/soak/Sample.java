package dev.mptunnel.harness.soak;

import dev.mptunnel.harness.lab.ProcessorTime;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What a process takes at one moment, by the kernel's own count.
 *
 * @param seconds since the measurement began
 * @param residentBytes in RAM: heap, code, threads' stacks and all else
 * @param descriptors open
 * @param processorNanos since it started, user and system
 */
record Sample(
    double seconds,
    long pid,
    long residentBytes,
    int descriptors,
    int threads,
    long processorNanos) {

  private static final int BYTES_PER_KILOBYTE = 1_024;

  /**
   * Takes one.
   *
   * @throws IOException when there is no such process, or it has ended and nobody waited for it
   */
  static Sample of(long pid, double seconds) throws IOException {
    Path folder = Path.of("/proc", Long.toString(pid));
    List<String> status = Files.readAllLines(folder.resolve("status"));
    int descriptors = 0;
    try (DirectoryStream<Path> open = Files.newDirectoryStream(folder.resolve("fd"))) {
      for (Path _ : open) {
        descriptors++;
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return new Sample(
        seconds,
        pid,
        field(status, "VmRSS:") * BYTES_PER_KILOBYTE,
        descriptors,
        (int) field(status, "Threads:"),
        ProcessorTime.ofOneNanos(pid));
  }

  private static long field(List<String> status, String name) throws IOException {
    for (String line : status) {
      if (line.startsWith(name)) {
        return Long.parseLong(line.substring(name.length()).strip().split(" ")[0]);
      }
    }
    throw new IOException("no " + name); // a zombie has no memory
  }
}

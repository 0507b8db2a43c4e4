package dev.mptunnel.harness.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** All memory that a process has in RAM, of the heap also what could be collected. */
final class ResidentMemory {

  private ResidentMemory() {}

  static long kilobytes(long pid) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new IOException("process " + pid + " has no memory");
  }

  static double mebibytes(long pid) throws IOException {
    return kilobytes(pid) / 1_024.;
  }
}

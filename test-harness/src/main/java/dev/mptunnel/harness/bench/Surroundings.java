package dev.mptunnel.harness.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;

/** Where and how results were measured, which belongs to them. */
final class Surroundings {

  private Surroundings() {}

  /**
   * A few lines.
   *
   * @param commandLine what was asked for, behind {@code ./mptunnel bench}
   */
  static List<String> lines(List<String> commandLine) {
    return List.of(
        "./mptunnel bench " + String.join(" ", commandLine),
        "%s, Linux %s, %s, %d processors, Java %s"
            .formatted(
                LocalDate.now(ZoneOffset.UTC),
                System.getProperty("os.version"),
                processor(),
                Runtime.getRuntime().availableProcessors(),
                Runtime.version()),
        "load average at the beginning "
            + first("/proc/loadavg", 3)
            + ", net.core.rmem_max "
            + first("/proc/sys/net/core/rmem_max", 1),
        "generator, sink and programs on this machine (but for what --to leads to), over loopback,"
            + " which passes joined datagrams (UDP_SEGMENT) whole: what joins them gains by it");
  }

  /** The first words of a file; by lines, for what sysctl has must be read in one piece. */
  private static String first(String file, int words) {
    try {
      String[] all = Files.readAllLines(Path.of(file)).getFirst().split("\\s+");
      return String.join(" ", List.of(all).subList(0, Math.min(words, all.length)));
    } catch (IOException e) {
      return "unknown";
    }
  }

  private static String processor() {
    try {
      return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
          .filter(line -> line.startsWith("model name"))
          .findFirst()
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .orElse("unknown processor");
    } catch (IOException e) {
      return "unknown processor";
    }
  }
}

package dev.mptunnel.harness.tunnel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a process holds.
 *
 * @param liveHeapBytes what a full collection leaves
 * @param residentBytes what the kernel counts, -1 where it does not tell
 */
record Memory(long liveHeapBytes, long residentBytes) {

  private static final Pattern TOTAL = Pattern.compile("^Total +\\d+ +(\\d+)");
  private static final Pattern RESIDENT = Pattern.compile("^VmRSS:\\s+(\\d+) kB");

  static Memory of(ProgramProcess program) throws IOException {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    Process histogram =
        new ProcessBuilder(jcmd, Long.toString(program.pid()), "GC.class_histogram").start();
    long heap = find(TOTAL, histogram.inputReader().readAllLines());
    Path status = Path.of("/proc/" + program.pid() + "/status");
    boolean known = Files.isReadable(status);
    return new Memory(heap, known ? 1_024 * find(RESIDENT, Files.readAllLines(status)) : -1);
  }

  private static long find(Pattern pattern, List<String> lines) throws IOException {
    for (String line : lines) {
      Matcher matcher = pattern.matcher(line);
      if (matcher.find()) {
        return Long.parseLong(matcher.group(1));
      }
    }
    throw new IOException("no " + pattern + " in " + lines);
  }

  @Override
  public String toString() {
    return liveHeapBytes / 1_024 + " kB live, " + residentBytes / 1_024 / 1_024 + " MB resident";
  }
}

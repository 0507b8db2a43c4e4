package dev.mptunnel.harness.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a full collection leaves in a JVM's heap. */
public final class LiveHeap {

  private static final Pattern TOTAL = Pattern.compile("^Total +\\d+ +(\\d+)");

  private LiveHeap() {}

  /** Has the JVM of this process collect, and count what is left. */
  public static long bytes(long pid) throws IOException {
    String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
    Process histogram =
        new ProcessBuilder(jcmd, Long.toString(pid), "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    List<String> lines = histogram.inputReader().readAllLines();
    for (String line : lines) {
      Matcher total = TOTAL.matcher(line);
      if (total.find()) {
        return Long.parseLong(total.group(1));
      }
    }
    throw new IOException("jcmd says: " + String.join(" ", lines));
  }
}

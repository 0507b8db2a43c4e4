package dev.mptunnel.harness.bench;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;

/**
 * How many sockets a program may have. A JVM raises its own limit as far as it may, so this is what
 * each that is started here has, too.
 */
final class OpenFiles {

  /** Beside those that are counted: jars, logs, what the engine has. */
  private static final int OTHERS = 200;

  private OpenFiles() {}

  /** What one program of ours may open beside what it needs anyway. */
  static int limit() {
    return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
        ? Math.clamp(system.getMaxFileDescriptorCount() - OTHERS, 1, Integer.MAX_VALUE)
        : Integer.MAX_VALUE;
  }

  /** Refuses what a program could not open. */
  static void check(int sockets, String what) throws IOException {
    if (sockets > limit()) {
      throw new IOException(
          "%s take %d open files, and %d are allowed: as root, 'ulimit -n %d' before this"
              .formatted(what, sockets, limit(), sockets + OTHERS));
    }
  }
}

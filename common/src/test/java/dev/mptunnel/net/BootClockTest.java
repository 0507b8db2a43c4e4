package dev.mptunnel.net;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;

class BootClockTest {

  @Test
  void itIsTheKernelsTimeSinceTheStartSuspensionsIncluded() throws IOException {
    LongSupplier clock = BootClock.orMonotonic();
    Path uptime = Path.of("/proc/uptime"); // seconds by the same clock, to a hundredth
    assumeTrue(Files.isReadable(uptime), "not Linux");
    long before = clock.getAsLong();
    double seconds = Double.parseDouble(Files.readString(uptime).split(" ")[0]);
    long after = clock.getAsLong();
    assertTrue(before / 1e9 - 0.02 <= seconds && seconds <= after / 1e9, seconds + " s");
  }

  @Test
  void itNeverGoesBack() {
    LongSupplier clock = BootClock.orMonotonic();
    long last = clock.getAsLong();
    for (int i = 0; i < 100_000; i++) {
      long now = clock.getAsLong();
      assertTrue(now >= last && last >= 0);
      last = now;
    }
  }
}

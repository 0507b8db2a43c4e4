package dev.mptunnel.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.net.UnixDatagrams;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@EnabledOnOs(OS.LINUX)
class SystemdTest {

  private static final long PID = 4711;

  @TempDir private Path folder;
  private UnixDatagrams supervisor;

  @BeforeEach
  void listen() throws IOException {
    supervisor = new UnixDatagrams(folder.resolve("notify").toString());
  }

  @AfterEach
  void close() {
    if (supervisor != null) {
      supervisor.close();
    }
  }

  /** As systemd starts us, with more variables of the environment. */
  private Systemd started(String... more) {
    Map<String, String> environment = new HashMap<>();
    environment.put("NOTIFY_SOCKET", folder.resolve("notify").toString());
    for (int i = 0; i < more.length; i += 2) {
      environment.put(more[i], more[i + 1]);
    }
    return Systemd.of(environment, PID);
  }

  @Test
  void itIsToldHowWeAre() {
    Systemd systemd = started();
    systemd.ready("listening on\nall");
    systemd.alive();
    systemd.stopping();
    assertEquals("READY=1\nSTATUS=listening on all", supervisor.receive());
    assertEquals("WATCHDOG=1", supervisor.receive());
    assertEquals("STOPPING=1", supervisor.receive());
  }

  @Test
  void aReloadIsToldWithTheTimeAtWhichItBegan() {
    Systemd systemd = started();
    // On Linux System.nanoTime is the clock that it is to be told by.
    long before = TimeUnit.NANOSECONDS.toMicros(System.nanoTime());
    systemd.reloading();
    long after = TimeUnit.NANOSECONDS.toMicros(System.nanoTime());
    String told = supervisor.receive();
    assertTrue(told.startsWith("RELOADING=1\nMONOTONIC_USEC="), told);
    long micros = Long.parseLong(told.split("=")[2]);
    assertTrue(before <= micros && micros <= after, before + ", " + told + ", " + after);
  }

  @Test
  void theWatchdogIsOursWhereItIsMeantForThisProcess() {
    assertEquals(30_000_000_000L, started("WATCHDOG_USEC", "30000000").watchdogNanos());
    assertEquals(1_000L, started("WATCHDOG_USEC", "1", "WATCHDOG_PID", "" + PID).watchdogNanos());
    assertEquals(0, started("WATCHDOG_USEC", "1", "WATCHDOG_PID", "1").watchdogNanos());
    assertEquals(0, started("WATCHDOG_USEC", "soon").watchdogNanos());
    assertEquals(0, started("WATCHDOG_USEC", "9".repeat(16)).watchdogNanos());
    assertEquals(0, started().watchdogNanos());
  }

  @Test
  void whereNobodyAsksNothingIsSaid() {
    Systemd.of(Map.of("WATCHDOG_USEC", "1"), PID).ready("all");
    Systemd.of(Map.of("NOTIFY_SOCKET", "nowhere"), PID).ready("all");
    assertEquals(0, Systemd.of(Map.of("WATCHDOG_USEC", "1"), PID).watchdogNanos());
    assertNull(supervisor.receive());
  }

  @Test
  void whoIsGoneDoesNoHarm() {
    Systemd systemd = started();
    supervisor.close();
    systemd.ready("all");
    supervisor = null;
  }
}

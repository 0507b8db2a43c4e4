package dev.mptunnel.harness.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.tunnel.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The programs as services, of a supervisor that speaks systemd's protocol. */
@EnabledOnOs(OS.LINUX)
class SupervisedTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final long WATCHDOG_MICROS = 1_000_000;

  @TempDir private Path folder;

  static Stream<Arguments> programs() {
    String at = "127.0.0.1:" + FreePorts.next();
    String other = "127.0.0.1:" + FreePorts.next();
    return Stream.of(
        Arguments.of("client", List.of("--listen", at, "--bridge", other)),
        Arguments.of("server", List.of("--listen", at, "--target", other)),
        Arguments.of("bridge", List.of("--listen", at, "--server", other)));
  }

  private Process start(Supervisor supervisor, String program, List<String> arguments)
      throws IOException {
    List<String> all = new ArrayList<>(arguments);
    all.addAll(List.of("--control", "off"));
    ProcessBuilder builder =
        new ProcessBuilder(
                JavaProgram.command(
                    "dev.mptunnel." + program + ".Main", all.toArray(String[]::new)))
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("log").toFile());
    Map<String, String> environment = supervisor.environment(WATCHDOG_MICROS);
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String await(Supervisor supervisor) {
    String[] heard = new String[1];
    Await.until(
        "a word of the service",
        LIMIT,
        () -> {
          heard[0] = supervisor.heard();
          return heard[0] != null;
        });
    return heard[0];
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("programs")
  void itIsToldThatItServesThatItIsAliveAndThatItEnds(String program, List<String> arguments)
      throws Exception {
    try (Supervisor supervisor = new Supervisor(folder.resolve("notify"))) {
      Process service = start(supervisor, program, arguments);
      List<String> heard = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        heard.add(await(supervisor));
      }
      // The watchdog is told from the beginning, so that may come first.
      String ready = heard.stream().filter(it -> it.startsWith("READY=1\n")).findFirst().orElse("");
      assertTrue(ready.startsWith("READY=1\nSTATUS=listening on 127.0.0.1:"), heard.toString());
      heard.remove(ready);
      assertEquals(List.of("WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1"), heard);

      service.destroy();
      String last;
      do {
        last = await(supervisor);
      } while (last.equals("WATCHDOG=1"));
      assertEquals("STOPPING=1", last);
      assertEquals(0, service.waitFor());
    }
  }

  @Test
  void oneThatIsStoppedIsNotAlive() throws Exception {
    Arguments client = programs().findFirst().orElseThrow();
    try (Supervisor supervisor = new Supervisor(folder.resolve("notify"))) {
      @SuppressWarnings("unchecked")
      List<String> arguments = (List<String>) client.get()[1];
      Process service = start(supervisor, "client", arguments);
      try {
        while (!await(supervisor).startsWith("READY=1\n")) {}
        new ProcessBuilder("kill", "-STOP", Long.toString(service.pid())).start().waitFor();
        Path state = Path.of("/proc", Long.toString(service.pid()), "stat");
        Await.until("it to stop", LIMIT, () -> read(state).contains(") T "));
        while (supervisor.heard() != null) {}
        // As long as systemd would wait, which is twice as long as it takes between two words.
        TimeUnit.MICROSECONDS.sleep(WATCHDOG_MICROS);
        assertNull(supervisor.heard());
        new ProcessBuilder("kill", "-CONT", Long.toString(service.pid())).start().waitFor();
        assertEquals("WATCHDOG=1", await(supervisor));
      } finally {
        service.destroyForcibly().waitFor();
      }
    }
  }
}

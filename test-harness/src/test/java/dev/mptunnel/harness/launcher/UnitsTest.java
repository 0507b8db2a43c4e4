package dev.mptunnel.harness.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.lab.Requirements;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The services, as systemd reads them. */
class UnitsTest {

  private static final Path UNITS = Path.of("../conf/systemd");

  /** A tenth of it is the exposure that systemd counts: below 2 it calls a service OK. */
  private static final String MOST_EXPOSED = "--threshold=19";

  @TempDir private Path folder;

  @BeforeEach
  void needSystemd() {
    Assumptions.assumeTrue(Requirements.isOnPath("systemd-analyze"), "apt-get install systemd");
  }

  /** As it is installed, but for its program, which is not. */
  private String unit(String program) throws IOException {
    String text = Files.readString(UNITS.resolve(program + "@.service"));
    assertTrue(text.contains("\nExecStart=/usr/bin/" + program + " "), text);
    Path file = folder.resolve(program + "@test.service");
    Files.writeString(file, text.replace("=/usr/bin/" + program + " ", "=/bin/true "));
    return file.toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"mpclient", "mpserver", "mpbridge"})
  void hasNothingThatSystemdDoesNotKnow(String program) throws Exception {
    assertEquals("", said(0, "systemd-analyze", "verify", "--man=no", unit(program)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"mpclient", "mpserver", "mpbridge"})
  void isExposedToLittle(String program) throws Exception {
    String said =
        said(0, "systemd-analyze", "security", "--offline=true", MOST_EXPOSED, unit(program));
    assertTrue(said.contains("Overall exposure level"), said);
  }

  private static String said(int exitCode, String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(exitCode, process.waitFor(), said);
    return said;
  }
}

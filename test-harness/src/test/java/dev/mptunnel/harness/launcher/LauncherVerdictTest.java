package dev.mptunnel.harness.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.launcher.LauncherTree.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code ./mptunnel test} makes of a Maven run, with stand-ins for Maven and the lab's needs.
 */
class LauncherVerdictTest {

  private static final Map<String, String> CI = Map.of("CI", "true");

  @TempDir private Path folder;
  private LauncherTree tree;

  @BeforeEach
  void aMachineThatCanRunTheLabs() throws IOException {
    tree = LauncherTree.create(folder);
    for (String command :
        "openvpn openssl nft ip ss sysctl chrt socat iperf3 ping wg wireguard-go unshare"
            .split(" ")) {
      standIn(command, "");
    }
    standIn("id", "echo 0");
  }

  @Test
  void passesWhenAllTestsDo() throws Exception {
    maven(report("tests='3' errors='0' skipped='0' failures='0'"));
    Outcome outcome = test(CI);
    assertEquals("3 passed, 0 failed, 0 skipped", lastLine(outcome));
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertTrue(outcome.out().contains("-DexcludedGroups=full verify"), "labs run where they can");
  }

  @Test
  void aSkippedTestFailsInCiOnly() throws Exception {
    maven(report("tests='3' errors='0' skipped='1' failures='0'"));
    assertEquals(0, test(Map.of()).exitCode());
    Outcome strict = test(CI);
    assertEquals("2 passed, 0 failed, 1 skipped", lastLine(strict));
    assertEquals(1, strict.exitCode());
  }

  @Test
  void aFailureFails() throws Exception {
    maven(report("tests='4' errors='1' skipped='0' failures='1'") + "exit 1\n");
    Outcome outcome = test(Map.of());
    assertEquals("2 passed, 2 failed, 0 skipped", lastLine(outcome));
    assertEquals(1, outcome.exitCode());
  }

  @Test
  void aBuildThatFailsBeforeItsTestsFails() throws Exception {
    maven(report("tests='4' errors='0' skipped='0' failures='0'") + "exit 1\n");
    assertEquals(1, test(Map.of()).exitCode());
  }

  @Test
  void reportsOfAnEarlierRunDoNotCount() throws Exception {
    maven(report("tests='4' errors='0' skipped='0' failures='0'"));
    test(Map.of());
    maven("");
    Outcome outcome = test(Map.of());
    assertEquals("0 passed, 0 failed, 0 skipped", lastLine(outcome));
    assertEquals(1, outcome.exitCode(), "a run without tests proves nothing");
  }

  @Test
  void withoutRootTheLabsAreLeftOutAloudAndCiFails() throws Exception {
    maven(report("tests='3' errors='0' skipped='0' failures='0'"));
    standIn("id", "echo 1000");
    Outcome outcome = test(Map.of());
    assertEquals(0, outcome.exitCode(), outcome.err());
    assertTrue(outcome.out().contains("-DexcludedGroups=lab,full verify"), outcome.out());
    assertTrue(outcome.err().contains("left out: the labs"), outcome.err());
    assertTrue(outcome.err().contains("sudo ./mptunnel test"), outcome.err());
    assertEquals(1, test(CI).exitCode());
  }

  @Test
  void verifyAllLeavesNothingOut() throws Exception {
    maven(report("tests='3' errors='0' skipped='0' failures='0'"));
    Outcome outcome = run(Map.of(), "verify-all");
    assertFalse(outcome.out().matches("(?s).*-DexcludedGroups=\\S*(full|lab).*"), outcome.out());
    assertEquals(0, outcome.exitCode(), outcome.err());
  }

  private Outcome test(Map<String, String> environment) throws Exception {
    return run(environment, "test");
  }

  private Outcome run(Map<String, String> environment, String command) throws Exception {
    ProcessBuilder builder = tree.command(environment, "./mptunnel", command);
    builder
        .environment()
        .merge("PATH", "", (path, none) -> folder.resolve("stand-ins") + ":" + path);
    return LauncherTree.finish(builder.start());
  }

  /** A Maven that shows its arguments and then runs the script. */
  private void maven(String script) throws IOException {
    standIn("mvn", "echo \"$*\"\n" + script);
  }

  /** A script that leaves a report of surefire's. */
  private static String report(String counts) {
    return """
    mkdir -p common/target/surefire-reports
    cat > common/target/surefire-reports/TEST-a.xml <<'END'
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuite version="3.0.2" name="a" time="0.1" %s flakes="0">
      <system-out><![CDATA[<testsuite tests="99" >]]></system-out>
    </testsuite>
    END
    """
        .formatted(counts.replace('\'', '"'));
  }

  private void standIn(String command, String script) throws IOException {
    Path file = folder.resolve("stand-ins").resolve(command);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static String lastLine(Outcome outcome) {
    return outcome.out().lines().reduce("", (earlier, line) -> line);
  }
}

package dev.mptunnel.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.config.StatusSettings.Control;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatusSettingsTest {

  private static final String TOKEN = "0123456789abcdef";

  @TempDir Path folder;

  private static StatusSettings of(String... options) throws ConfigException {
    String[] all = new String[options.length + 2];
    all[0] = "4000";
    all[1] = "192.0.2.1:2000";
    System.arraycopy(options, 0, all, 2, options.length);
    return new BridgeCommand().config(all).status();
  }

  @Test
  void nothingIsShownToBrowsersUnlessItIsAskedFor() throws ConfigException {
    assertEquals(new StatusSettings(List.of(), null, new Control.Auto(), false), of());
  }

  @Test
  void aBarePortIsOfThisMachine() throws ConfigException {
    assertEquals(
        List.of(
            new HostPort("127.0.0.1", 8088),
            new HostPort("::1", 8088),
            new HostPort("localhost", 9)),
        of("--status", "8088", "--status", "[::1]:8088,localhost:9").listen());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0:8088", "192.0.2.1:8088", "[::]:8088", "*:8088"})
  void whatOthersReachNeedsAToken(String place) throws ConfigException {
    ConfigException refused = assertThrows(ConfigException.class, () -> of("--status", place));
    assertTrue(refused.getMessage().contains("status-token"), refused.getMessage());
    assertEquals(TOKEN, of("--status", place, "--status-token", TOKEN).token());
  }

  @ParameterizedTest
  @ValueSource(strings = {"short", "0123456789abcde", "0123456789abcde;", "0123456789 abcdef"})
  void aTokenIsLongAndPlainAndNeverShown(String token) {
    ConfigException refused =
        assertThrows(ConfigException.class, () -> of("--status-token", token));
    assertFalse(refused.getMessage().contains(token), refused.getMessage());
  }

  @Test
  void aFileWithATokenIsForItsOwnerAlone() throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("bridge.conf"),
            "listen = 4000\nserver = 192.0.2.1:2000\nstatus-token = " + TOKEN + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    ConfigException refused =
        assertThrows(
            ConfigException.class, () -> new BridgeCommand().config("-c", file.toString()));
    assertFalse(refused.getMessage().contains(TOKEN), refused.getMessage());
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    assertEquals(TOKEN, new BridgeCommand().config("-c", file.toString()).status().token());
  }

  @Test
  void theControlSocketIsAtAPathOrNowhere() throws Exception {
    assertEquals(new Control.Off(), of("--control", "off").control());
    assertEquals(new Control.At(Path.of("/run/x.sock")), of("--control", "/run/x.sock").control());
    assertThrows(ConfigException.class, () -> of("--control", "/" + "x".repeat(200)));
    Path file =
        Files.writeString(
            folder.resolve("bridge.conf"),
            "listen = 4000\nserver = 192.0.2.1:2000\ncontrol = x.sock\n");
    assertEquals(
        new Control.At(folder.resolve("x.sock")),
        new BridgeCommand().config("-c", file.toString()).status().control());
  }

  @Test
  void theLogIsTextOrJson() throws ConfigException {
    assertTrue(of("--log", "json").jsonLog());
    assertFalse(of("--log", "text").jsonLog());
    assertThrows(ConfigException.class, () -> of("--log", "xml"));
  }
}

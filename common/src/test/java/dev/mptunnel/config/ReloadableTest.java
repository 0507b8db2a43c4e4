package dev.mptunnel.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a program that runs makes of a configuration that is read again. */
class ReloadableTest {

  @TempDir private Path folder;

  private final ClientCommand command = new ClientCommand(Map.of());
  private Path file;
  private Configured<ClientConfig> before;

  @BeforeEach
  void start() throws Exception {
    file = folder.resolve("mpclient.conf");
    write("one 4000", "mtu = 1400");
    before = command.configured(file.toString());
  }

  private void write(String... lines) throws IOException {
    Files.write(file, List.of(lines));
  }

  private String refusal() {
    return assertThrows(ConfigException.class, () -> command.again(before, file.toString()))
        .getMessage();
  }

  @Test
  void whatMayChangeIsWhatTheFileSaysNow() throws Exception {
    write("two 4000", "mtu = 1400", "ping = 1s");
    ClientConfig now = command.again(before, file.toString()).config();
    assertEquals("two:4000", now.bridges().getFirst().name());
    assertEquals(1_000_000_000L, now.session().pingNanos());
  }

  @Test
  void whatMayNotIsRefusedWithItsLineAndWhatItWas() throws Exception {
    write("one 4000", "# another", "mtu = 1300");
    assertEquals(file + ":3: mtu: needs a restart; expected 1400 as before", refusal());
    write("one 4000", "mtu = 1400", "engine = nio");
    assertEquals(file + ":3: engine: needs a restart; expected auto as before", refusal());
    write("one 4000");
    assertEquals(
        file + ": mtu: is not set any more: needs a restart; expected 1400 as before", refusal());
  }

  @Test
  void theSameInOtherWordsIsTheSame() throws Exception {
    write("one 4000", "mtu =   1400", "socket-buffer = 4096k", "engine = auto");
    command.again(before, file.toString());
  }

  @Test
  void whatIsWrongIsRefusedAsAtTheStart() throws Exception {
    write("one 4000", "mtu = 1400", "pign = 1s");
    assertEquals(file + ":3: unknown key 'pign'; did you mean ping?", refusal());
  }

  @Test
  void aServerKeepsItsPortsAndABridgeToo() throws Exception {
    ServerCommand server = new ServerCommand(Map.of());
    Configured<ServerConfig> running = server.configured("2000", "127.0.0.1", "1194");
    assertTrue(
        assertThrows(
                ConfigException.class, () -> server.again(running, "2001", "127.0.0.1", "1194"))
            .getMessage()
            .startsWith("PORT: needs a restart; expected 2000"));
    assertEquals(1195, server.again(running, "2000", "127.0.0.1", "1195").config().target().port());
    BridgeCommand bridge = new BridgeCommand();
    Configured<BridgeConfig> relay = bridge.configured("4000", "192.0.2.1:2000");
    assertThrows(ConfigException.class, () -> bridge.again(relay, "4001", "192.0.2.1:2000"));
    assertEquals(2, bridge.again(relay, "4000", "192.0.2.1:2000", "x:1").config().servers().size());
  }

  @Test
  void onePathMoreIsReadAsALineOfTheFileIs() throws Exception {
    write("one 4000", "mtu = 1400", "fwmark = 7");
    ClientConfig config = command.again(before, file.toString()).config();
    assertEquals(
        new BridgeLine(new HostPort("two", 4000), "two:4000", "eth0", 7),
        config.bridge("two 4000 bind=eth0", Set.of("one:4000")));
    assertEquals("one:4000#2", config.bridge("one 4000", Set.of("one:4000")).name());
    assertEquals(
        "name 'x' is taken; expected one that no other path has",
        assertThrows(ConfigException.class, () -> config.bridge("two 4000 name=x", Set.of("x")))
            .getMessage());
    assertThrows(ConfigException.class, () -> config.bridge("two", Set.of()));
  }
}

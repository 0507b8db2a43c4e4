package dev.mptunnel.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@EnabledOnOs(OS.LINUX)
class NotifySocketTest {

  @TempDir private Path folder;

  @Test
  void eachTextArrivesAsADatagramOfItsOwn() throws Exception {
    String path = folder.resolve("näme").toString();
    try (UnixDatagrams supervisor = new UnixDatagrams(path)) {
      NotifySocket socket = NotifySocket.named(path);
      socket.send("READY=1\nSTATUS=ö");
      socket.send("STOPPING=1");
      assertEquals("READY=1\nSTATUS=ö", supervisor.receive());
      assertEquals("STOPPING=1", supervisor.receive());
      assertNull(supervisor.receive());
    }
  }

  @Test
  void anAtSignNamesAnAbstractOneWhichHasNoFile() throws Exception {
    String name = "mptunnel-test-" + UUID.randomUUID();
    try (UnixDatagrams supervisor = new UnixDatagrams("\0" + name)) {
      NotifySocket.named("@" + name).send("READY=1");
      assertEquals("READY=1", supervisor.receive());
    }
  }

  @Test
  void theLongestPathThatTheKernelTakesIsTaken() throws Exception {
    String start = folder.resolve("a").toString();
    // Of a path that has all 108 bytes there is no zero at the end.
    String path = start + "b".repeat(108 - start.length());
    try (UnixDatagrams supervisor = new UnixDatagrams(path)) {
      NotifySocket.named(path).send("READY=1");
      assertEquals("READY=1", supervisor.receive());
    }
    String longer = path + "b";
    assertThrows(IOException.class, () -> NotifySocket.named(longer));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/", "@", "relative/path", "vsock:2:1234"})
  void anythingElseIsRefused(String name) {
    IOException refused = assertThrows(IOException.class, () -> NotifySocket.named(name));
    assertTrue(refused.getMessage().contains("expected a path"), refused.getMessage());
  }

  @Test
  void nobodyThereIsSaidInALine() throws Exception {
    String path = folder.resolve("left").toString();
    assertEquals("no such file", sendingTo(path));
    new UnixDatagrams(path).close();
    assertEquals("connection refused", sendingTo(path));
  }

  private static String sendingTo(String path) throws IOException {
    NotifySocket socket = NotifySocket.named(path);
    return assertThrows(IOException.class, () -> socket.send("READY=1")).getMessage();
  }
}

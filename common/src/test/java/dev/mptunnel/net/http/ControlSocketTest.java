package dev.mptunnel.net.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlSocketTest {

  private static final int ALICE = 1_000;

  @TempDir Path folder;

  private final List<ControlSocket> opened = new ArrayList<>();

  private static final Site SITE =
      new Site() {
        @Override
        public CompletableFuture<Answer> get(String target) {
          return CompletableFuture.completedFuture(
              target.equals("/missing")
                  ? Answer.text(404, "there is no such thing")
                  : Answer.of("text/plain", "hello " + target));
        }

        @Override
        public Feed feed() {
          return () -> "";
        }
      };

  @AfterEach
  void close() {
    opened.forEach(ControlSocket::close);
  }

  private ControlSocket open(Path path) throws IOException {
    ControlSocket socket = ControlSocket.open(path, SITE);
    opened.add(socket);
    return socket;
  }

  private static String ask(Path path, String request) throws IOException {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.ISO_8859_1)));
      channel.shutdownOutput();
      return new String(
          Channels.newInputStream(channel).readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (SocketException e) {
      return ""; // a reset, since what we sent was not read to its end
    }
  }

  @Test
  void answersThoseWhoRunTheProgramAndNobodyElse() throws IOException {
    Path path = folder.resolve("a.sock");
    open(path);
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path)));
    assertEquals("hello /table", ControlClient.get(path, "/table"));
    String refused =
        assertThrows(IOException.class, () -> ControlClient.get(path, "/missing")).getMessage();
    assertTrue(refused.endsWith("there is no such thing"), refused);
  }

  @Test
  void whatIsNoRequestIsRefused() throws IOException {
    Path path = folder.resolve("a.sock");
    ControlSocket socket = open(path);
    assertTrue(ask(path, "nonsense\r\n\r\n").startsWith("HTTP/1.0 400 "));
    assertTrue(ask(path, "POST / HTTP/1.1\r\n\r\n").startsWith("HTTP/1.0 400 "));
    assertTrue(ask(path, "GET / HTTP/1.0\r\n").startsWith("HTTP/1.0 400 "));
    assertEquals("", ask(path, ""), "who asks nothing is refused nothing");
    String tooLong = ask(path, "GET /" + "a".repeat(4 << 10));
    assertTrue(tooLong.isEmpty() || tooLong.startsWith("HTTP/1.0 400 "), tooLong);
    assertEquals(4, socket.refused());
    assertEquals("hello /", ControlClient.get(path, "/"));
  }

  @Test
  void whoIsKilledLeavesAFileThatIsTakenAway() throws IOException {
    Path path = folder.resolve("mpclient.sock");
    leave(path);
    open(path);
    assertEquals("hello /", ControlClient.get(path, "/"));
    IOException taken = assertThrows(IOException.class, () -> ControlSocket.open(path, SITE));
    assertTrue(taken.getMessage().contains("another program's"), taken.getMessage());
  }

  private static void leave(Path path) throws IOException {
    try (ServerSocketChannel left = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      left.bind(UnixDomainSocketAddress.of(path));
    }
    assertTrue(Files.exists(path));
  }

  @Test
  void aFileThatIsNoSocketIsLeftAlone() throws IOException {
    Path path = Files.writeString(folder.resolve("notes"), "important");
    assertThrows(IOException.class, () -> ControlSocket.open(path, SITE));
    assertEquals("important", Files.readString(path));
  }

  @Test
  void whatEndsTakesItsFileAway() throws IOException {
    Path path = folder.resolve("a.sock");
    open(path).close();
    assertFalse(Files.exists(path));
    IOException gone = assertThrows(IOException.class, () -> ControlClient.get(path, "/"));
    assertTrue(gone.getMessage().startsWith(path + " does not answer"), gone.getMessage());
  }

  @Test
  void eachProgramHasAPlaceOfItsOwn() throws IOException {
    ControlPlaces places = new ControlPlaces(null, folder, ALICE);
    Path usual = folder.resolve("mptunnel/mpclient.sock");
    assertEquals(usual, places.free("mpclient", 7));
    leave(folder.resolve("mptunnel/mpclient-5.sock"));
    open(usual);
    Path second = folder.resolve("mptunnel/mpclient-7.sock");
    assertEquals(second, places.free("mpclient", 7));
    open(second);
    assertEquals(List.of(second, usual), places.served("mpclient"));
    assertEquals(List.of(), places.served("mpserver"));
    assertFalse(Files.exists(folder.resolve("mptunnel/mpclient-5.sock")));
    assertEquals(
        folder.resolve("of-user/mptunnel/bridge.sock"),
        new ControlPlaces(Files.createDirectory(folder.resolve("of-user")).toString(), folder, 0)
            .free("bridge", 7));
  }

  @Test
  void whoRunsItAndRootFindItWithoutAVariable() throws IOException {
    Path alices = Files.createDirectories(folder.resolve("user/" + ALICE));
    Path system = Files.writeString(folder.resolve("mptunnel"), "no folder");
    Path usual = alices.resolve("mptunnel/mpclient.sock");
    ControlPlaces hers = new ControlPlaces(null, folder, ALICE);
    assertEquals(usual, hers.free("mpclient", 7));
    open(usual);
    assertEquals(List.of(usual), hers.served("mpclient"));
    assertEquals(system + ", " + usual.getParent(), hers.text());
    assertEquals(List.of(usual), new ControlPlaces(null, folder, 0).served("mpclient"));
    ControlPlaces bobs = new ControlPlaces(null, folder, ALICE + 1);
    assertEquals(List.of(), bobs.served("mpclient"));
    assertEquals(null, bobs.free("mpclient", 7));
  }
}

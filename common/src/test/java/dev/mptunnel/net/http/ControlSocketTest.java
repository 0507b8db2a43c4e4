package dev.mptunnel.net.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlSocketTest {

  private static final int ALICE = 1_000;

  @TempDir Path folder;

  private final List<ControlSocket> opened = new ArrayList<>();

  private static final Orders ORDERS =
      (target, body) -> Answer.text(target.endsWith("no") ? 400 : 200, target + " got " + body);

  private static final Site SITE =
      new Site() {
        @Override
        public CompletableFuture<Answer> get(String target) {
          return CompletableFuture.completedFuture(
              target.equals("/missing")
                  ? Answer.text(404, "there is no such thing")
                  : Answer.of(
                      "text/plain",
                      target.equals("/long") ? "x".repeat(16 << 20) : "hello " + target));
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
    ControlSocket socket = ControlSocket.open(path, SITE, ORDERS);
    opened.add(socket);
    return socket;
  }

  private static String ask(Path path, String request) throws IOException {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.ISO_8859_1)));
      channel.shutdownOutput();
      return new String(
          Channels.newInputStream(channel).readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return ""; // a reset, since what we sent was not read to its end, or not at all
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
    IOException taken =
        assertThrows(IOException.class, () -> ControlSocket.open(path, SITE, ORDERS));
    assertTrue(taken.getMessage().contains("another program's"), taken.getMessage());
  }

  @Test
  void whoIsSlowIsNotWaitedFor() throws Exception {
    Path path = folder.resolve("a.sock");
    ControlSocket socket = ControlSocket.open(path, SITE, ORDERS, Duration.ofSeconds(1));
    opened.add(socket);
    try (SocketChannel asks = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      asks.write(ByteBuffer.wrap("GET / HT".getBytes(StandardCharsets.US_ASCII)));
      assertTrue(asks.read(ByteBuffer.allocate(100)) < 0, "it was answered");
    }
    try (SocketChannel reads = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      reads.write(
          ByteBuffer.wrap("GET /long HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
      await(() -> socket.refused() == 2);
    }
    assertEquals("hello /", ControlClient.get(path, "/"));
  }

  /** As of a program that has been stopped: the kernel takes the connection, and nobody answers. */
  @Test
  void whoNeverAnswersIsNotWaitedFor() throws IOException {
    Path path = folder.resolve("a.sock");
    try (ServerSocketChannel stopped = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      stopped.bind(UnixDomainSocketAddress.of(path));
      IOException late =
          assertThrows(
              IOException.class, () -> ControlClient.get(path, "/", Duration.ofSeconds(1)));
      String told = late.getMessage();
      assertTrue(told.startsWith(path + " does not answer within 1 s"), told);
    }
  }

  @Test
  void theNinthConnectionIsTurnedAway() throws Exception {
    Path path = folder.resolve("a.sock");
    ControlSocket socket = open(path);
    List<SocketChannel> idle = new ArrayList<>();
    for (int i = 0; i < ControlSocket.CONNECTIONS; i++) {
      idle.add(SocketChannel.open(UnixDomainSocketAddress.of(path)));
    }
    IOException busy = assertThrows(IOException.class, () -> ControlClient.get(path, "/"));
    assertTrue(busy.getMessage().startsWith(path + " does not answer"), busy.getMessage());
    assertEquals(1, socket.refused());
    for (SocketChannel each : idle) {
      each.close();
    }
    await(() -> ask(path, "GET / HTTP/1.0\r\n\r\n").endsWith("hello /"));
  }

  /** As one who came in the moment before the file was its owner's alone. */
  @Test
  void anotherUserIsTurnedAwayByHisNumber() throws Exception {
    assumeTrue(System.getProperty("user.name").equals("root"), "nobody else to become");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "setpriv is not installed");
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/socat")), "socat is not installed");
    Path path = folder.resolve("a.sock");
    ControlSocket socket = open(path);
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
    assertTrue(askAs(0, path).endsWith("hello /"));
    assertEquals(0, socket.refused());
    assertEquals("", askAs(65_534, path));
    await(() -> socket.refused() == 1);
  }

  private static String askAs(int user, Path path) throws IOException {
    Process socat =
        new ProcessBuilder(
                "setpriv",
                "--reuid=" + user,
                "--regid=" + user,
                "--clear-groups",
                "socat",
                "-t5",
                "-",
                "UNIX-CONNECT:" + path)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (OutputStream request = socat.getOutputStream()) {
      request.write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    }
    return new String(socat.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
  }

  private interface Condition {
    boolean isMet() throws IOException;
  }

  private static void await(Condition condition) throws Exception {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!condition.isMet()) {
      assertTrue(System.nanoTime() < until, "waited in vain");
      TimeUnit.MILLISECONDS.sleep(5);
    }
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
    assertThrows(IOException.class, () -> ControlSocket.open(path, SITE, ORDERS));
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
  void instancesHaveNamesOfTheirOwnAndLeaveEachOtherAlone() throws IOException {
    ControlPlaces home = new ControlPlaces(null, folder, ALICE, "home");
    ControlPlaces work = new ControlPlaces(null, folder, ALICE, "work");
    Path homes = folder.resolve("mptunnel/mpclient-home.sock");
    assertEquals(homes, home.free("mpclient", 7));
    leave(homes); // bound, and not listening yet
    Path works = folder.resolve("mptunnel/mpclient-work.sock");
    assertEquals(works, work.free("mpclient", 8));
    assertTrue(Files.exists(homes));
    open(homes);
    open(works);
    assertEquals(List.of(homes, works), home.served("mpclient"));
    ControlPlaces another = new ControlPlaces(null, folder, ALICE, "home");
    assertEquals(folder.resolve("mptunnel/mpclient-9.sock"), another.free("mpclient", 9));
    ControlPlaces outside = new ControlPlaces(null, folder, ALICE, "/../../home");
    assertEquals(folder.resolve("mptunnel/mpclient.sock"), outside.free("mpclient", 9));
  }

  @Test
  void whoIsNotTheFirstToOpenWhatWasFreeTakesAnother() throws IOException {
    ControlPlaces places = new ControlPlaces(null, folder, ALICE);
    Path free = places.free("mpclient", 7);
    open(free);
    Path second = folder.resolve("mptunnel/mpclient-7.sock");
    assertEquals(second, places.open(free, "mpclient", 7, path -> open(path).path()));
    assertEquals(List.of(second, free), places.served("mpclient"));
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

  @Test
  void whatIsOrderedIsDoneAndAnsweredWhateverBecomesOfIt() throws Exception {
    Path path = folder.resolve("orders.sock");
    open(path);
    assertEquals(
        new ControlClient.Reply(200, "/do got it's ü\n"),
        ControlClient.post(path, "/do", "it's ü"));
    assertEquals(new ControlClient.Reply(400, "/no got \n"), ControlClient.post(path, "/no", ""));
  }

  @Test
  void whoSaysNotHowLongAnOrderIsOrSaysMoreIsRefused() throws Exception {
    Path path = folder.resolve("orders.sock");
    open(path);
    for (String request :
        List.of(
            "POST /do HTTP/1.0\r\n\r\nx",
            "POST /do HTTP/1.0\r\nContent-Length: 2\r\n\r\nx",
            "POST /do HTTP/1.0\r\nContent-Length: 1\r\n\r\nxy",
            "POST /do HTTP/1.0\r\nContent-Length: -1\r\n\r\nx",
            "DELETE /do HTTP/1.0\r\nContent-Length: 1\r\n\r\nx")) {
      assertTrue(ask(path, request).startsWith("HTTP/1.0 400 "), request);
    }
  }

  @Test
  void anOrderMayTakeLongerThanARequestMay() throws Exception {
    Path path = folder.resolve("orders.sock");
    CompletableFuture<Void> tooLong = new CompletableFuture<>();
    ControlSocket socket =
        ControlSocket.open(
            path,
            SITE,
            (_, _) -> {
              tooLong.join();
              return Answer.text(200, "done");
            },
            Duration.ofMillis(100));
    opened.add(socket);
    CompletableFuture.delayedExecutor(300, TimeUnit.MILLISECONDS)
        .execute(() -> tooLong.complete(null));
    assertEquals(new ControlClient.Reply(200, "done\n"), ControlClient.post(path, "/do", ""));
    assertEquals(0, socket.refused());
  }
}

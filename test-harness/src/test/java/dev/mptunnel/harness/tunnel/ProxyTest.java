package dev.mptunnel.harness.tunnel;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.config.ProxyUser;
import dev.mptunnel.harness.Await;
import dev.mptunnel.net.ConnectionEnd;
import dev.mptunnel.net.StriperDriver;
import dev.mptunnel.stream.StreamError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a proxy answers, and what it lets nobody do. */
class ProxyTest {

  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final HexFormat HEX = HexFormat.of();

  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  @AfterEach
  void closeAll() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  private <T extends AutoCloseable> T opened(T resource) {
    open.push(resource);
    return resource;
  }

  /** Says back what it is told. */
  private ServerSocket echo() throws IOException {
    ServerSocket listening = opened(new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1")));
    Thread.ofVirtual()
        .start(
            () -> {
              while (!listening.isClosed()) {
                try {
                  Socket one = listening.accept();
                  Thread.ofVirtual().start(() -> sayBack(one));
                } catch (IOException e) {
                  return;
                }
              }
            });
    return listening;
  }

  private static void sayBack(Socket one) {
    try (one) {
      one.getInputStream().transferTo(one.getOutputStream());
    } catch (IOException e) {
      // It has gone.
    }
  }

  private Socket connect(ProxyTunnel tunnel) throws IOException {
    return connect(tunnel.proxy());
  }

  private Socket connect(InetSocketAddress proxy) throws IOException {
    Socket socket = opened(new Socket());
    socket.connect(proxy);
    socket.setSoTimeout((int) LIMIT.toMillis());
    return socket;
  }

  private static void say(Socket socket, String hex) throws IOException {
    socket.getOutputStream().write(HEX.parseHex(hex.replace(" ", "")));
  }

  private static String hear(Socket socket, int bytes) throws IOException {
    return HEX.formatHex(socket.getInputStream().readNBytes(bytes));
  }

  /** A CONNECT of SOCKS5 to a name. */
  private static String named(String host, int port) {
    return "05 01 00 03 %02x %s %04x".formatted(host.length(), hex(host), port);
  }

  private static String hex(String text) {
    return HEX.formatHex(text.getBytes(US_ASCII));
  }

  /** What SOCKS5 says of it: 0 if it is connected. */
  private int reply(ProxyTunnel tunnel, String command) throws IOException {
    return reply(tunnel.proxy(), command);
  }

  private int reply(InetSocketAddress proxy, String command) throws IOException {
    Socket socket = connect(proxy);
    say(socket, "05 01 00");
    assertEquals("0500", hear(socket, 2));
    say(socket, command);
    byte[] reply = socket.getInputStream().readNBytes(10);
    assertEquals(10, reply.length, "no reply");
    if (reply[1] != 0) {
      assertEquals(-1, socket.getInputStream().read(), "not closed");
    }
    return reply[1];
  }

  private static void checkEcho(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(UTF_8));
    assertEquals(text, new String(socket.getInputStream().readNBytes(text.length()), UTF_8));
    socket.shutdownOutput();
    assertEquals(-1, socket.getInputStream().read());
  }

  @Test
  void socks5LeadsToNamesAndAddressesThatAreAllowed() throws IOException {
    ServerSocket echo = echo();
    int port = echo.getLocalPort();
    ProxyTunnel tunnel = opened(new ProxyTunnel(null, "127.0.0.1:" + port));
    tunnel.name("echo.test", "127.0.0.1");
    for (String command :
        List.of(named("echo.test", port), "05 01 00 01 7f000001 %04x".formatted(port))) {
      Socket socket = connect(tunnel);
      say(socket, "05 02 00 02");
      assertEquals("0500", hear(socket, 2));
      say(socket, command);
      assertEquals("05000001000000000000", hear(socket, 10));
      checkEcho(socket, "hello");
    }
    // All of it at once, not waiting for any answer, and bytes behind.
    Socket hasty = connect(tunnel);
    say(hasty, "05 01 00" + named("echo.test", port) + hex("early"));
    assertEquals("0500" + "05000001000000000000" + hex("early"), hear(hasty, 17));
    checkEcho(hasty, "late");
    Await.until(
        "all to end", LIMIT, () -> tunnel.client().tunnelReport().join().connections() == 0);
  }

  @Test
  void socks4And4aAndHttpLeadThereToo() throws IOException {
    int port = echo().getLocalPort();
    ProxyTunnel tunnel = opened(new ProxyTunnel(null, "127.0.0.1:" + port));
    tunnel.name("echo.test", "127.0.0.1");
    for (String request :
        List.of(
            "04 01 %04x 7f000001 6d6500".formatted(port),
            "04 01 %04x 00000001 00 %s 00".formatted(port, hex("echo.test")))) {
      Socket socket = connect(tunnel);
      say(socket, request);
      assertEquals("005a000000000000", hear(socket, 8));
      checkEcho(socket, "hello");
    }
    Socket http = connect(tunnel);
    say(http, hex("CONNECT echo.test:" + port + " HTTP/1.1\r\nHost: echo.test\r\n\r\nGET x"));
    String established = "HTTP/1.1 200 Connection established\r\n\r\nGET x";
    assertEquals(hex(established), hear(http, established.length()));
    checkEcho(http, "hello");
  }

  @Test
  void whatBeginsAtTheDestinationComesBehindTheAnswer() throws IOException {
    ServerSocket greeter = opened(new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1")));
    Thread.ofVirtual()
        .start(
            () -> {
              try (Socket one = greeter.accept()) {
                one.getOutputStream().write("SSH-2.0-x".getBytes(US_ASCII));
              } catch (IOException e) {
                // The test is over.
              }
            });
    int port = greeter.getLocalPort();
    ProxyTunnel tunnel = opened(new ProxyTunnel(null, "127.0.0.1"));
    Socket socket = connect(tunnel);
    say(socket, "05 01 00 05 01 00 01 7f000001 %04x".formatted(port));
    assertEquals("0500" + "05000001000000000000" + hex("SSH-2.0-x"), hear(socket, 21));
    assertEquals(-1, socket.getInputStream().read());
  }

  @Test
  void whatGoesWrongIsToldAtOnceAndByItsName() throws IOException {
    int nobody;
    try (ServerSocket gone = new ServerSocket(0)) {
      nobody = gone.getLocalPort();
    }
    ProxyTunnel tunnel = opened(new ProxyTunnel(null, "127.0.0.1:1-65535", "*.test"));
    tunnel.name("nobody.test", "127.0.0.1");
    assertEquals(5, reply(tunnel, named("nobody.test", nobody)), "connection refused");
    assertEquals(4, reply(tunnel, named("unknown.test", 80)), "host unreachable");
    tunnel.name("other.example", "93.184.216.34");
    assertEquals(2, reply(tunnel, named("other.example", 80)), "not allowed by its address");
    assertEquals(7, reply(tunnel, "05 02 00 01 7f000001 0050"), "BIND");
    assertEquals(8, reply(tunnel, named("0x7f.1", 80)), "no host");
    assertEquals(8, reply(tunnel, "05 01 00 09 7f000001 0050"), "no kind of address");
    assertEquals(8, reply(tunnel, "05 01 00 03 00 0050"), "no name");
    assertEquals(8, reply(tunnel, "05 01 00 01 7f000001 0000"), "no port");
    Socket socks4 = connect(tunnel);
    say(socks4, "04 01 %04x 7f000001 00".formatted(nobody));
    assertEquals("005b000000000000", hear(socks4, 8));
    assertTrue(http(tunnel, "CONNECT nobody.test:" + nobody).startsWith("HTTP/1.1 502 "));
    assertTrue(http(tunnel, "CONNECT 10.0.0.1:80").startsWith("HTTP/1.1 403 "));
  }

  private String http(ProxyTunnel tunnel, String request) throws IOException {
    Socket socket = connect(tunnel);
    socket.getOutputStream().write((request + " HTTP/1.1\r\n\r\n").getBytes(US_ASCII));
    return new String(socket.getInputStream().readAllBytes(), UTF_8);
  }

  /** All from outside in: by names that point there, by other ways to write it, by its ports. */
  @Test
  void nobodyGetsInside() throws IOException {
    List<String> logged = logged();
    ServerSocket inside = echo();
    int port = inside.getLocalPort();
    ProxyTunnel tunnel =
        opened(
            new ProxyTunnel(
                null, List.of("denied.test"), "*:1-65535", "0.0.0.0/0", "[::]/0", "*.test"));
    String[][] pointing = {
      {"loopback.test", "127.0.0.1"},
      {"private.test", "10.1.2.3"},
      {"metadata.test", "169.254.169.254"},
      {"six.test", "::1"},
      {"mapped.test", "::ffff:127.0.0.1"},
      {"compatible.test", "::7f00:1"},
      {"nat64.test", "64:ff9b::7f00:1"},
      {"sixtofour.test", "2002:7f00:1::1"},
      {"unique-local.test", "fd00:ec2::254"},
      {"any.test", "0.0.0.0"},
      {"unspecified.test", "::"},
      {"broadcast.test", "255.255.255.255"},
      {"denied.test", "93.184.216.34"}
    };
    for (String[] each : pointing) {
      tunnel.name(each[0], each[1]);
      assertEquals(2, reply(tunnel, named(each[0], port)), each[0]);
      assertEquals(2, reply(tunnel, named(each[0], port)), "once more: " + each[0]);
    }
    List<String> literals =
        List.of("127.0.0.1", "10.1.2.3", "169.254.169.254", "0.0.0.0", "100.64.0.1");
    for (String literal : literals) {
      assertEquals(2, reply(tunnel, named(literal, port)), literal);
      byte[] bytes = InetAddress.ofLiteral(literal).getAddress();
      String command = "05 01 00 01 %s %04x".formatted(HEX.formatHex(bytes), port);
      assertEquals(2, reply(tunnel, command), literal);
    }
    for (String literal :
        List.of("0177.0.0.1", "0x7f.0.0.1", "0x7f000001", "2130706433", "127.1", "::ffff:7f00:1")) {
      assertEquals(8, reply(tunnel, named(literal, port)), literal);
    }
    String mapped = "05 01 00 04 00000000000000000000ffff7f000001 %04x".formatted(port);
    assertEquals(8, reply(tunnel, mapped));
    String loopback = "05 01 00 04 00000000000000000000000000000001 %04x".formatted(port);
    assertEquals(2, reply(tunnel, loopback));
    assertTrue(tunnel.server().table().contains("destinations: "), tunnel.server().table());
    assertEquals(2, reply(tunnel, loopback), "once more");
    assertLoggedOnce(logged, "asks for [0:0:0:0:0:0:0:1]:" + port);
    for (String[] each : pointing) {
      assertLoggedOnce(logged, "asks for " + each[0] + ":" + port);
    }
    for (String literal : literals) {
      assertLoggedOnce(logged, "asks for " + literal + ":" + port);
    }
  }

  private static void assertLoggedOnce(List<String> logged, String words) {
    assertEquals(1, logged.stream().filter(line -> line.contains(words)).count(), words);
  }

  /** Another client than ours may write to the server what ours does not. */
  @Test
  void whatAnotherClientWritesInItsOwnWayIsRefusedToo() throws Exception {
    List<String> logged = logged();
    int port = echo().getLocalPort();
    ProxyTunnel tunnel =
        opened(new ProxyTunnel(null, "127.0.0.1", "*", "0.0.0.0/0", "[::]/0", "*.test"));
    tunnel.name("echo.test", "127.0.0.1");
    assertEquals(-1, open(tunnel, "127.0.0.1:" + port), "what may be reached, in the one way");
    for (String written :
        List.of(
            "0177.0.0.1:" + port,
            "0x7f.0.0.1:" + port,
            "0x7f000001:" + port,
            "2130706433:" + port,
            "127.1:" + port,
            "127.0.0.1.:" + port,
            "[127.0.0.1]:" + port,
            "[::ffff:7f00:1]:" + port,
            "[0:0:0:0:0:ffff:7f00:1]:" + port,
            "echo.test.:" + port,
            "127.0.0.1:65536",
            "echo.test:99999")) {
      assertEquals(StreamError.NOT_ALLOWED, open(tunnel, written), written);
      assertEquals(StreamError.NOT_ALLOWED, open(tunnel, written), "once more: " + written);
      assertLoggedOnce(logged, "asks for " + written + ",");
    }
    assertEquals(0, tunnel.asked(), "nothing of it is resolved");
  }

  /** Asks the server itself. @return why it was refused, or -1 if it was not */
  private static int open(ProxyTunnel tunnel, String written) throws Exception {
    CompletableFuture<Integer> told = new CompletableFuture<>();
    ConnectionEnd end =
        new ConnectionEnd() {
          @Override
          public void onReached() {
            told.complete(-1);
          }

          @Override
          public void onReset(int code) {
            told.complete(code);
          }
        };
    StriperDriver driver = tunnel.client().striper();
    driver.execute(() -> driver.open(written, end));
    return told.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
  }

  @Test
  void whatOneClientMayReachAnotherMayNot(@TempDir Path folder) throws IOException {
    List<String> logged = logged();
    String[] names = {"alice", "bob"};
    int[] ports = {echo().getLocalPort(), echo().getLocalPort()};
    Map<String, String> allowed = new HashMap<>();
    for (int i = 0; i < names.length; i++) {
      allowed.put(names[i], "127.0.0.1:" + ports[i]);
    }
    ProxyTunnel tunnel = opened(ProxyTunnel.inviting(folder.resolve("clients"), allowed));
    tunnel.name("echo.test", "127.0.0.1");
    for (int i = 0; i < names.length; i++) {
      String client = names[i];
      InetSocketAddress proxy = tunnel.proxyOf(client);
      int others = ports[1 - i];
      for (String host : List.of("127.0.0.1", "echo.test")) {
        assertEquals(0, reply(proxy, named(host, ports[i])), client);
        assertEquals(2, reply(proxy, named(host, others)), client);
        assertEquals(2, reply(proxy, named(host, others)), "once more: " + client);
        assertEquals(2, reply(tunnel, named(host, others)), "who was not invited");
        List<String> its =
            logged.stream().filter(line -> line.startsWith("client " + client + " ")).toList();
        assertLoggedOnce(its, "asks for " + host + ":" + others);
      }
    }
  }

  /** What the server's log says. */
  private List<String> logged() {
    List<String> lines = new CopyOnWriteArrayList<>();
    Logger log = Logger.getLogger("dev.mptunnel.server.ServerLog");
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            lines.add(line.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    log.addHandler(handler);
    open.push(() -> log.removeHandler(handler));
    return lines;
  }

  /** What was checked is what is dialled, however often the name changes its mind. */
  @Test
  void aNameIsResolvedOnce() throws IOException {
    List<String> logged = logged();
    int port = echo().getLocalPort();
    ProxyTunnel tunnel = opened(new ProxyTunnel(null, "127.0.0.1:" + port));
    tunnel.name("changing.test", "127.0.0.1");
    assertEquals(0, reply(tunnel, named("changing.test", port)));
    assertEquals(1, tunnel.asked());
    tunnel.name("changing.test", "127.0.0.2");
    assertEquals(2, reply(tunnel, named("changing.test", port)));
    assertEquals(2, tunnel.asked());
    assertLoggedOnce(logged, "asks for changing.test:" + port + " at 127.0.0.2");
    // Of several addresses those that may be dialled are, and no others.
    tunnel.name("both.test", "127.0.0.2", "127.0.0.1");
    assertEquals(0, reply(tunnel, named("both.test", port)));
    int other = port == 1 ? 2 : 1;
    assertEquals(2, reply(tunnel, named("both.test", other)), "another port");
    assertEquals(2, reply(tunnel, named("both.test", other)), "once more");
    assertLoggedOnce(logged, "asks for both.test:" + other + ",");
    assertEquals(3, tunnel.asked(), "what no rule can mean is not even resolved");
  }

  @Test
  void aServerThatAllowsNothingResolvesNothing() throws IOException {
    ProxyTunnel tunnel = opened(new ProxyTunnel(null));
    tunnel.name("a.test", "93.184.216.34");
    assertEquals(2, reply(tunnel, named("a.test", 443)));
    assertEquals(0, tunnel.asked());
  }

  @Test
  void whoMayUseItMustSayWhoHeIs() throws IOException {
    int port = echo().getLocalPort();
    ProxyTunnel tunnel =
        opened(new ProxyTunnel(new ProxyUser("alice", "sesame"), "127.0.0.1:" + port));
    Socket unknown = connect(tunnel);
    say(unknown, "05 01 00");
    assertEquals("05ff", hear(unknown, 2));
    Socket wrong = connect(tunnel);
    say(wrong, "05 02 00 02");
    assertEquals("0502", hear(wrong, 2));
    say(wrong, "01 05 " + hex("alice") + "06" + hex("sesamE"));
    assertEquals("01ff", hear(wrong, 2));
    assertEquals(-1, wrong.getInputStream().read());
    Socket right = connect(tunnel);
    say(right, "05 01 02");
    assertEquals("0502", hear(right, 2));
    say(right, "01 05 " + hex("alice") + "06" + hex("sesame"));
    assertEquals("0100", hear(right, 2));
    say(right, "05 01 00 01 7f000001 %04x".formatted(port));
    assertEquals("05000001000000000000", hear(right, 10));
    checkEcho(right, "hello");
    Socket socks4 = connect(tunnel);
    say(socks4, "04 01 %04x 7f000001 %s 00".formatted(port, hex("alice")));
    assertEquals("005b000000000000", hear(socks4, 8));
    String to = "CONNECT 127.0.0.1:" + port;
    assertTrue(http(tunnel, to).startsWith("HTTP/1.1 407 "));
    String basic = " HTTP/1.1\r\nProxy-Authorization: basic ";
    assertTrue(http(tunnel, to + basic + "YWxpY2U6c2VzYW1F\r\nX:").startsWith("HTTP/1.1 407 "));
    assertTrue(http(tunnel, to + basic + "!!\r\nX:").startsWith("HTTP/1.1 407 "));
    Socket byHttp = connect(tunnel);
    say(byHttp, hex(to + basic + "YWxpY2U6c2VzYW1l\r\n\r\n"));
    assertEquals(hex("HTTP/1.1 200 "), hear(byHttp, 13));
  }

  /** Says datagrams back. */
  private DatagramSocket datagramEcho() throws IOException {
    DatagramSocket socket = opened(new DatagramSocket(0, InetAddress.ofLiteral("127.0.0.1")));
    Thread.ofVirtual()
        .start(
            () -> {
              DatagramPacket packet = new DatagramPacket(new byte[2_000], 2_000);
              while (!socket.isClosed()) {
                try {
                  socket.receive(packet);
                  socket.send(packet);
                } catch (IOException e) {
                  return;
                }
                packet.setLength(2_000);
              }
            });
    return socket;
  }

  /** A socket that sends to the proxy's. */
  private DatagramSocket associate(Socket control) throws IOException {
    DatagramSocket socket = opened(new DatagramSocket());
    associate(control, socket, 0);
    return socket;
  }

  /** The same where the application says by which port it sends, unless that is 0. */
  private static void associate(Socket control, DatagramSocket socket, int sourcePort)
      throws IOException {
    say(control, "05 01 00 05 03 00 01 00000000 %04x".formatted(sourcePort));
    byte[] reply = control.getInputStream().readNBytes(12);
    assertEquals("050005000001" + "7f000001", HEX.formatHex(reply, 0, 10));
    int port = ((reply[10] & 0xff) << 8) | (reply[11] & 0xff);
    socket.connect(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
    socket.setSoTimeout((int) LIMIT.toMillis());
  }

  private static void send(DatagramSocket socket, String hex) throws IOException {
    byte[] bytes = HEX.parseHex(hex.replace(" ", ""));
    socket.send(new DatagramPacket(bytes, bytes.length));
  }

  private static String receive(DatagramSocket socket) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[2_000], 2_000);
    socket.receive(packet);
    return HEX.formatHex(packet.getData(), 0, packet.getLength());
  }

  @Test
  void datagramsGoToManyDestinationsAndComeBackFromThem() throws IOException {
    List<String> logged = logged();
    int one = datagramEcho().getLocalPort();
    int two = datagramEcho().getLocalPort();
    int other = datagramEcho().getLocalPort();
    ProxyTunnel tunnel = opened(new ProxyTunnel(null, "127.0.0.1:" + one, "127.0.0.1:" + two));
    tunnel.name("two.test", "127.0.0.1");
    tunnel.name("inside.test", "127.0.0.2");
    Socket control = connect(tunnel);
    DatagramSocket socket = associate(control);
    String toOne = "00000001" + "7f000001" + "%04x".formatted(one);
    String toTwo = "00000003" + "08" + hex("two.test") + "%04x".formatted(two);
    for (String to : List.of(toOne, toTwo, toOne, toTwo)) {
      send(socket, to + hex("hello"));
      assertEquals(to + hex("hello"), receive(socket));
    }
    // What is not allowed, in pieces, malformed or another's is dropped; the socket goes on.
    send(socket, "00000001" + "7f000001" + "%04x".formatted(other) + "00");
    send(socket, "00000003" + "0b" + hex("inside.test") + "%04x".formatted(one) + "00");
    send(socket, "00000101" + "7f000001" + "%04x".formatted(one) + "00");
    send(socket, "00000001" + "7f0000");
    send(socket, "00000003" + "06" + hex("0x7f.1") + "%04x".formatted(one) + "00");
    send(socket, "");
    try (DatagramSocket stranger = new DatagramSocket()) {
      stranger.connect(socket.getRemoteSocketAddress());
      send(stranger, toOne + hex("stolen"));
      send(socket, toOne + hex("mine"));
      assertEquals(toOne + hex("mine"), receive(socket));
      stranger.setSoTimeout(50);
      assertThrows(SocketTimeoutException.class, () -> receive(stranger));
    }
    Await.until(
        "both refusals to be logged",
        LIMIT,
        () ->
            logged.stream().anyMatch(line -> line.contains("127.0.0.1:" + other))
                && logged.stream().anyMatch(line -> line.contains("inside.test")));
    control.close();
    Await.until("the socket to go with its connection", LIMIT, () -> isGone(socket, toOne));
  }

  /** Also where the proxy listens at all addresses. */
  @Test
  void whoSaysWhereItSendsFromIsHeardFromThereAlone() throws IOException {
    int echo = datagramEcho().getLocalPort();
    ProxyTunnel tunnel = opened(ProxyTunnel.listeningEverywhere("127.0.0.1:" + echo));
    DatagramSocket socket = opened(new DatagramSocket());
    Socket control = connect(tunnel);
    associate(control, socket, socket.getLocalPort());
    String to = "00000001" + "7f000001" + "%04x".formatted(echo);
    try (DatagramSocket stranger = new DatagramSocket()) {
      stranger.connect(socket.getRemoteSocketAddress());
      send(stranger, to + hex("first"));
      send(socket, to + hex("mine"));
      assertEquals(to + hex("mine"), receive(socket));
    }
    assertEquals(1, tunnel.client().report().join().flows());
    control.close();
    Await.until(
        "its flows to go with it", LIMIT, () -> tunnel.client().report().join().flows() == 0);
  }

  @Test
  void oneHostHasNotAllAssociations() throws IOException {
    ProxyTunnel tunnel = opened(new ProxyTunnel(null));
    for (int i = 0; i < 64; i++) {
      associate(connect(tunnel));
    }
    assertEquals(1, reply(tunnel, "05 03 00 01 00000000 0000"), "no place");
  }

  /** And all others keep theirs, whatever a program sends to, such as a DHT. */
  @Test
  void oneAssociationHasNotAllFlows() throws IOException {
    int echo = datagramEcho().getLocalPort();
    ProxyTunnel tunnel = opened(new ProxyTunnel(null, "127.0.0.1:1-65535"));
    DatagramSocket socket = associate(connect(tunnel));
    for (int port = 1; port <= 100; port++) {
      send(socket, "00000001" + "7f000001" + "%04x".formatted(port) + "00");
    }
    String toEcho = "00000001" + "7f000001" + "%04x".formatted(echo) + hex("hello");
    send(socket, toEcho);
    assertEquals(toEcho, receive(socket));
    assertEquals(64, tunnel.client().report().join().flows());
  }

  @Test
  void aNameThatDoesNotResolveIsAskedAgainForDatagrams() throws IOException {
    int echo = datagramEcho().getLocalPort();
    ProxyTunnel tunnel = opened(new ProxyTunnel(null, "127.0.0.1:" + echo));
    DatagramSocket socket = associate(connect(tunnel));
    String to = "00000003" + "09" + hex("late.test") + "%04x".formatted(echo) + hex("hello");
    send(socket, to);
    Await.until("the name to be asked for", LIMIT, () -> tunnel.asked() == 1);
    tunnel.name("late.test", "127.0.0.1");
    Await.until("an answer", LIMIT, () -> isAnswered(socket, to));
  }

  private static boolean isAnswered(DatagramSocket socket, String datagram) {
    try {
      socket.setSoTimeout(50);
      send(socket, datagram);
      return receive(socket).equals(datagram);
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether nobody listens where a socket sends to. */
  private static boolean isGone(DatagramSocket socket, String datagram) {
    try {
      socket.setSoTimeout(20);
      send(socket, datagram);
      receive(socket);
      return false;
    } catch (PortUnreachableException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void aBrowserIsToldHowToUseIt() throws IOException {
    ProxyTunnel tunnel = opened(new ProxyTunnel(null));
    InetSocketAddress place = tunnel.proxy();
    String at = "127.0.0.1:" + place.getPort();
    String answer = http(tunnel, "GET /proxy.pac HTTP/1.1\r\nHost: " + at + "\r\nX:");
    assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
    assertTrue(answer.contains("application/x-ns-proxy-autoconfig"), answer);
    assertTrue(answer.contains("\"SOCKS5 " + at + "\""), answer);
    String evil = http(tunnel, "GET /proxy.pac HTTP/1.1\r\nHost: a\";x()//:80\r\nX:");
    assertTrue(!evil.contains("x()"), evil);
    assertTrue(http(tunnel, "GET /other").startsWith("HTTP/1.1 404 "));
    assertTrue(http(tunnel, "POST /proxy.pac").startsWith("HTTP/1.1 404 "));
    assertTrue(http(tunnel, "GET http://a.test/").startsWith("HTTP/1.1 501 "));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00",
        "ff ff ff ff",
        "16 03 01 02 00 01", // TLS
        "05 00",
        "05 01 02",
        "05 01 00 04 01 00 01 7f000001 0050",
        "05 01 00 05 01 00 09 7f000001 0050",
        "05 01 00 05 01 00 03 00 0050",
        "05 01 00 05 01 00 01 7f000001 0000",
        "04 01 0000 7f000001 00",
        "04 02 0050 7f000001 00",
        "04 01 0050 00000001 00 00"
      })
  void whatIsMalformedIsTurnedAway(String hex) throws IOException {
    ProxyTunnel tunnel = opened(new ProxyTunnel(null, "*"));
    Socket socket = connect(tunnel);
    say(socket, hex);
    byte[] answers = readToEnd(socket.getInputStream());
    assertTrue(answers.length <= 12, HEX.formatHex(answers));
    assertEquals(0, tunnel.client().tunnelReport().join().opened());
  }

  /** What there is until its end, or until a reset. */
  private static byte[] readToEnd(InputStream in) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    try {
      in.transferTo(all);
    } catch (java.net.SocketTimeoutException e) {
      throw new AssertionError("it waits for more", e);
    } catch (IOException reset) {
      // That is an end, too.
    }
    return all.toByteArray();
  }

  @Test
  void whatIsTooLongIsTurnedAway() throws IOException {
    ProxyTunnel tunnel = opened(new ProxyTunnel(null, "*"));
    for (String begin :
        List.of(
            "CONNECT ", "GET /", "CONNECT a.test:1 HTTP/1.1\r\nX: ", "X", "GET / HTTP/1.1\r\n")) {
      Socket socket = connect(tunnel);
      byte[] flood = begin.concat("A".repeat(64 << 10)).getBytes(US_ASCII);
      try {
        socket.getOutputStream().write(flood);
      } catch (IOException e) {
        // It may be closed by then.
      }
      String answer = new String(readToEnd(socket.getInputStream()), UTF_8);
      assertTrue(answer.isEmpty() || answer.startsWith("HTTP/1.1 400 "), answer);
    }
    // A user id without an end.
    Socket socks4 = connect(tunnel);
    say(socks4, "04 01 0050 7f000001" + "61".repeat(30_000));
    assertEquals("005b000000000000", HEX.formatHex(readToEnd(socks4.getInputStream())));
  }

  /** Who says ever more, but never all of it, has no more time than who says nothing. */
  @Test
  @Tag("full")
  void whoDribblesIsTurnedAway() throws IOException {
    int port = echo().getLocalPort();
    ProxyTunnel tunnel = opened(new ProxyTunnel(null, "127.0.0.1:" + port));
    for (String begin :
        List.of("05 01 00 05 01 00 03 ff", hex("CONNECT a"), "04 01 0050 7f000001")) {
      Socket slow = connect(tunnel);
      say(slow, begin);
      slow.setSoTimeout(100);
      long startNanos = System.nanoTime();
      while (isHeard(slow)) {
        assertEquals(0, reply(tunnel, "05 01 00 01 7f000001 %04x".formatted(port)));
        assertTrue(System.nanoTime() - startNanos < LIMIT.toNanos(), "it may dribble on: " + begin);
      }
    }
  }

  /** Whether one more byte is taken, and the end does not come. */
  private static boolean isHeard(Socket slow) {
    try {
      say(slow, "61");
      return slow.getInputStream().read() >= 0;
    } catch (SocketTimeoutException e) {
      return true;
    } catch (IOException reset) {
      return false;
    }
  }

  @Test
  void halfOpenOnesHinderNobody() throws IOException {
    halfOpen(500);
  }

  @Test
  @Tag("full")
  void thousandsOfHalfOpenOnesHinderNobody() throws IOException {
    halfOpen(5_000);
  }

  private void halfOpen(int count) throws IOException {
    int port = echo().getLocalPort();
    ProxyTunnel tunnel = opened(new ProxyTunnel(null, "127.0.0.1:" + port));
    List<Socket> all = new ArrayList<>();
    String[] beginnings = {"", "05", "05 01 00 05 01 00 03 ff", "04 01", hex("CONNECT a")};
    for (int i = 0; i < count; i++) {
      Socket socket = connect(tunnel);
      all.add(socket);
      say(socket, beginnings[i % beginnings.length]);
      if (i % 100 == 99) {
        assertEquals(0, reply(tunnel, "05 01 00 01 7f000001 %04x".formatted(port)));
      }
    }
    // No more of them are kept than there are places for one host.
    int closed = 0;
    for (Socket each : all.subList(0, count - 256)) {
      readToEnd(each.getInputStream());
      closed++;
    }
    assertEquals(count - 256, closed);
  }
}

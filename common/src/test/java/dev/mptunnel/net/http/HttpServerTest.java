package dev.mptunnel.net.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.config.HostPort;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpServerTest {

  private static final String TOKEN = "0123456789abcdefXYZ";
  private static final int PATIENCE_MILLIS = 10_000;
  private static final HttpServer.Times QUICK =
      new HttpServer.Times(
          TimeUnit.MILLISECONDS.toNanos(300),
          TimeUnit.SECONDS.toNanos(10),
          TimeUnit.MILLISECONDS.toNanos(300));

  private static final HttpServer.Times PATIENT =
      new HttpServer.Times(1L << 40, 1L << 40, 1L << 40);

  private final List<Socket> sockets = new ArrayList<>();
  private final AtomicInteger holding = new AtomicInteger();
  private volatile CompletableFuture<Answer> held;
  private HttpServer server;
  private String fed = "event: status\ndata: {}\n\n";

  private final Site site =
      new Site() {
        @Override
        public CompletableFuture<Answer> get(String target) {
          if (held != null && target.startsWith(Site.LONG)) {
            holding.incrementAndGet();
            return held;
          }
          return target.equals("/never")
              ? new CompletableFuture<>()
              : CompletableFuture.completedFuture(
                  target.equals("/kept")
                      ? new Answer(200, "text/css", new byte[] {'a'}, "\"tag\"")
                      : Answer.of("text/plain", "hello " + target));
        }

        @Override
        public Feed feed() {
          return () -> fed;
        }
      };

  @AfterEach
  void close() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
    if (server != null) {
      server.close();
    }
  }

  private void open(String token, HttpServer.Times times) throws IOException {
    server = HttpServer.open(List.of(new HostPort("127.0.0.1", 0)), token, site, times);
  }

  private void open() throws IOException {
    open(null, QUICK);
  }

  private Socket connect() throws IOException {
    return connectFrom("127.0.0.1");
  }

  private Socket connectFrom(String host) throws IOException {
    Socket socket = new Socket();
    socket.bind(new InetSocketAddress(host, 0));
    InetSocketAddress at = server.addresses().getFirst();
    socket.connect(at, PATIENCE_MILLIS);
    socket.setSoTimeout(PATIENCE_MILLIS);
    sockets.add(socket);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** All that comes until the server closes. */
  private static String readAll(Socket socket) throws IOException {
    StringBuilder text = new StringBuilder();
    try {
      InputStream in = socket.getInputStream();
      for (int c = in.read(); c >= 0; c = in.read()) {
        text.append((char) c);
      }
    } catch (IOException e) {
      // A reset, since what we sent was not read to its end.
    }
    return text.toString();
  }

  private String ask(String request) throws IOException {
    Socket socket = connect();
    send(socket, request);
    return readAll(socket);
  }

  private static String get(String target, String... headers) {
    return "GET "
        + target
        + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        + String.join("", List.of(headers).stream().map(line -> line + "\r\n").toList())
        + "\r\n";
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(PATIENCE_MILLIS);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < until, "waited in vain");
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  @Test
  void answersWithEverythingABrowserNeedsToBeCareful() throws IOException {
    open();
    String answer = ask(get("/api/status"));
    assertTrue(answer.startsWith("HTTP/1.1 200 OK\r\n"), answer);
    assertTrue(answer.endsWith("\r\n\r\nhello /api/status"), answer);
    String lower = answer.toLowerCase(Locale.ROOT);
    assertTrue(lower.contains("cache-control: no-store\r\n"), answer);
    assertTrue(lower.contains("x-content-type-options: nosniff\r\n"), answer);
    assertTrue(lower.contains("frame-ancestors 'none'"), answer);
    assertTrue(lower.contains("default-src 'none'"), answer);
    assertFalse(lower.contains("access-control"), answer);
  }

  @Test
  void oneConnectionHasOneRequestAfterTheOther() throws IOException {
    open();
    Socket socket = connect();
    for (int i = 0; i < 3; i++) {
      send(socket, "GET /" + i + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
      String answer = readUntil(socket, "hello /" + i);
      assertTrue(answer.startsWith("HTTP/1.1 200 OK"), answer);
    }
  }

  private static String readUntil(Socket socket, String end) throws IOException {
    StringBuilder text = new StringBuilder();
    while (text.indexOf(end) < 0) {
      int c = socket.getInputStream().read();
      assertTrue(c >= 0, "ended after " + text);
      text.append((char) c);
    }
    return text.toString();
  }

  @Test
  void whatABrowserHasIsNotSentAgain() throws IOException {
    open();
    assertTrue(ask(get("/kept")).toLowerCase(Locale.ROOT).contains("etag: \"tag\""));
    String again = ask(get("/kept", "If-None-Match: \"tag\""));
    assertTrue(again.startsWith("HTTP/1.1 304 "), again);
    String head = ask("HEAD /kept HTTP/1.1\r\nHost: [::1]:80\r\nConnection: close\r\n\r\n");
    assertTrue(head.toLowerCase(Locale.ROOT).contains("content-length: 1\r\n"), head);
    assertTrue(head.endsWith("\r\n\r\n"), head);
  }

  @ParameterizedTest
  @CsvSource({
    "POST / HTTP/1.1, 405",
    "DELETE /api/status HTTP/1.1, 405",
    "OPTIONS * HTTP/1.1, 405",
    "CONNECT example.org:443 HTTP/1.1, 405",
    "nonsense, 400"
  })
  void whatIsNoGetIsRefused(String line, int status) throws IOException {
    open();
    String answer = ask(line + "\r\nHost: localhost\r\n\r\n");
    assertTrue(answer.startsWith("HTTP/1.1 " + status + " "), answer);
    assertEquals(1, server.figures().refused());
  }

  @Test
  void whatIsTooLongIsRefused() throws IOException {
    open();
    String address = ask("GET /" + "a".repeat(100_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assertTrue(address.isEmpty() || address.startsWith("HTTP/1.1 414 "), address);
    String header = ask(get("/", "X-Long: " + "a".repeat(100_000)));
    assertTrue(header.isEmpty() || header.startsWith("HTTP/1.1 431 "), header);
    String body = ask(get("/", "Content-Length: 5") + "hello");
    assertTrue(body.isEmpty() || body.startsWith("HTTP/1.1 413 "), body);
    String chunked = ask(get("/", "Transfer-Encoding: chunked") + "5\r\nhello\r\n0\r\n\r\n");
    assertTrue(chunked.isEmpty() || chunked.startsWith("HTTP/1.1 413 "), chunked);
    assertEquals(4, server.figures().refused());
    assertTrue(ask(get("/")).endsWith("hello /"), "others are served as before");
  }

  @Test
  void whatDoesNotComeInTimeIsNotWaitedFor() throws IOException {
    open();
    long begin = System.nanoTime();
    assertEquals("", ask(""));
    assertEquals("", ask("GET / HT"));
    Socket drips = connect();
    String answer = "";
    try {
      while (TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin) < PATIENCE_MILLIS) {
        send(drips, "X");
        TimeUnit.MILLISECONDS.sleep(20);
      }
      answer = "it may drip on";
    } catch (IOException | InterruptedException closed) {
      // As it should be.
    }
    assertEquals("", answer);
    assertEquals(2, server.figures().refused(), "who has asked for nothing was not refused it");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Host: evil.example\r\n",
        "Host: localhost.evil.example\r\n",
        "Host: 192.0.2.1\r\n",
        "Host: 127.0.0.1.evil.example:8088\r\n",
        "Host: localhost\r\nHost: evil.example\r\n",
        "Host:\r\n",
        ""
      })
  void whoAsksByAnotherNameIsRefused(String host) throws IOException {
    open();
    String answer = ask("GET /api/status HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n");
    assertTrue(answer.startsWith("HTTP/1.1 421 "), answer);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"localhost", "LOCALHOST:8088", "127.0.0.1:1", "127.1.2.3", "[::1]:8088", "[::1]"})
  void whoAsksByOurNamesIsServed(String host) throws IOException {
    open();
    String answer = ask("GET / HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n");
    assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
  }

  @Test
  void withATokenOnlyWhoKnowsItIsServed() throws IOException {
    open(TOKEN, QUICK);
    assertTrue(ask(get("/api/status")).startsWith("HTTP/1.1 401 "));
    assertTrue(
        ask(get("/api/status", "Authorization: Bearer " + TOKEN.substring(1)))
            .startsWith("HTTP/1.1 401 "));
    String name = "mptunnel-status-" + server.addresses().getFirst().getPort();
    assertTrue(ask(get("/", "Cookie: " + name + "=" + TOKEN)).startsWith("HTTP/1.1 401 "));
    assertTrue(ask(get("/?token=" + TOKEN + "x")).startsWith("HTTP/1.1 401 "));
    assertTrue(ask(get("/api/events")).startsWith("HTTP/1.1 401 "));
    assertEquals(5, server.figures().refused());
    assertTrue(ask(get("/healthz")).startsWith("HTTP/1.1 200 "));
    assertTrue(
        ask(get("/api/status", "Authorization: Bearer " + TOKEN)).startsWith("HTTP/1.1 200 "));
    String entered = ask(get("/?token=" + TOKEN));
    assertTrue(entered.startsWith("HTTP/1.1 303 "), entered);
    String cookie =
        entered.replaceAll("(?is).*set-cookie: (" + name + "=[0-9a-f]+); Path=/;.*", "$1");
    assertTrue(entered.contains("HttpOnly; SameSite=Strict"), entered);
    assertFalse(cookie.contains(TOKEN), cookie);
    assertTrue(ask(get("/", "Cookie: a=b; " + cookie)).startsWith("HTTP/1.1 200 "));
    String both = cookie + "; mptunnel-status-1=0123"; // of another program's
    assertTrue(ask(get("/", "Cookie: " + both)).startsWith("HTTP/1.1 200 "));
  }

  @Test
  void withoutATokenOnlyThisMachineIsServed() {
    IOException refused =
        assertThrows(
            IOException.class,
            () -> HttpServer.open(List.of(new HostPort("0.0.0.0", 0)), null, site).close());
    assertTrue(refused.getMessage().contains("status-token"), refused.getMessage());
  }

  @Test
  void aThousandStreamsOfEventsAreNoMoreThanSixteen() throws Exception {
    open(null, PATIENT);
    List<Socket> streams = new ArrayList<>();
    int refused = 0;
    for (int i = 0; i < 1_000; i++) {
      Socket socket = connect();
      send(socket, "GET /api/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
      String first = readUntil(socket, "\r\n\r\n");
      if (first.startsWith("HTTP/1.1 200 ")) {
        streams.add(socket);
      } else {
        assertTrue(first.startsWith("HTTP/1.1 503 "), first);
        refused++;
        socket.close();
      }
    }
    assertEquals(HttpServer.STREAMS, streams.size());
    assertEquals(1_000 - HttpServer.STREAMS, refused);
    assertEquals(refused, server.figures().refused());
    assertEquals(HttpServer.STREAMS, server.figures().streams());
    assertTrue(ask(get("/")).endsWith("hello /"), "others are served as before");
    streams.getFirst().close();
    await(() -> server.figures().streams() == HttpServer.STREAMS - 1);
  }

  @Test
  void thereAreSoManyConnectionsAndNoMore() throws Exception {
    open(null, PATIENT);
    for (int i = 0; i < HttpServer.CONNECTIONS; i++) {
      send(connect(), get(i < HttpServer.STREAMS ? Site.EVENTS : "/never"));
    }
    await(() -> server.figures().connections() == HttpServer.CONNECTIONS);
    await(() -> server.figures().streams() == HttpServer.STREAMS);
    Socket refused = connect();
    assertTrue(readAll(refused).startsWith("HTTP/1.1 503 "));
    sockets.getFirst().close();
    await(() -> server.figures().connections() < HttpServer.CONNECTIONS);
    assertTrue(ask(get("/")).endsWith("hello /"));
  }

  @Test
  void whoseLastAnswerIsLongestAgoGivesWay() throws Exception {
    open(null, PATIENT);
    for (int i = 0; i < HttpServer.CONNECTIONS; i++) {
      askOn(connect(), "/first", "");
    }
    askOn(sockets.getFirst(), "/again", "");
    askOn(connect(), "/more", "");
    assertEquals("", readAll(sockets.get(1)));
    askOn(sockets.getFirst(), "/still", "");
    assertEquals(HttpServer.CONNECTIONS, server.figures().connections());
    assertEquals(1, server.figures().refused());
  }

  @Test
  void theHistoryIsForTwoAtATime() throws Exception {
    open(null, PATIENT);
    for (int i = 0; i < HttpServer.LONG_ANSWERS; i++) {
      askOn(connect(), "/api/history?since=1", "");
    }
    held = new CompletableFuture<>();
    Socket first = connect();
    Socket second = connect();
    send(first, get("/api/history"));
    send(second, get("/api/history?since=1"));
    await(() -> holding.get() == HttpServer.LONG_ANSWERS);
    String third = ask(get("/api/history?since=2"));
    assertTrue(third.startsWith("HTTP/1.1 503 "), third);
    askOn(connect(), "/api/status", "");
    held.complete(Answer.of("text/plain", "long"));
    assertTrue(readAll(first).endsWith("long"));
    assertTrue(readAll(second).endsWith("long"));
    assertTrue(ask(get("/api/history")).endsWith("long"));
  }

  /** Else what is not taken would be held once for each time that it is asked for. */
  @Test
  void whoAsksAgainBeforeHeHasTakenTheAnswerIsRefused() throws Exception {
    open(null, PATIENT);
    held = CompletableFuture.completedFuture(Answer.of("text/plain", "x".repeat(32 << 20)));
    Socket socket = connect();
    send(socket, "GET /api/history HTTP/1.1\r\nHost: localhost\r\n\r\n");
    readUntil(socket, "x");
    send(socket, get("/"));
    await(() -> server.figures().refused() == 1);
    await(() -> server.figures().connections() == 0);
  }

  private static void askOn(Socket socket, String target, String header) throws IOException {
    send(socket, "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + header + "\r\n");
    String answer = readUntil(socket, "hello " + target);
    assertTrue(answer.startsWith("HTTP/1.1 200 "), answer);
  }

  @Test
  void strangersTakeNoPlaceOfThoseWhoKnowTheToken() throws Exception {
    open(TOKEN, PATIENT);
    String bearer = "Authorization: Bearer " + TOKEN + "\r\n";
    Socket first = connect();
    askOn(first, "/first", bearer);
    for (int i = 0; i < 2 * HttpServer.CONNECTIONS; i++) {
      Socket stranger = connectFrom("127.0.1." + i);
      if (i % 2 == 0) {
        askOn(stranger, "/healthz", "");
      } else {
        send(stranger, "GET /heal");
      }
    }
    askOn(connect(), "/second", bearer);
    askOn(first, "/again", bearer);
    assertEquals(HttpServer.CONNECTIONS, server.figures().connections());
  }

  @Test
  void strangersOfOneHostTakeOnlyTheirOwnPlaces() throws Exception {
    open(TOKEN, PATIENT);
    Socket other = connectFrom("127.0.0.2");
    askOn(other, "/healthz", "");
    for (int i = 0; i < 2 * HttpServer.CONNECTIONS; i++) {
      askOn(connectFrom("127.0.0.3"), "/healthz", "");
    }
    assertEquals(1 + HttpServer.STRANGERS_OF_HOST, server.figures().connections());
    askOn(other, "/healthz", "");
  }

  @Test
  void aStreamIsSentWhatIsNewAndClosedIfItDoesNotTakeIt() throws Exception {
    open();
    Socket socket = connect();
    send(socket, get(Site.EVENTS));
    String first = readUntil(socket, "data: {}\n\n");
    assertTrue(first.contains("text/event-stream"), first);
    fed = "event: status\ndata: {\"n\":2}\n\n";
    server.publish();
    readUntil(socket, "{\"n\":2}");
    fed = "data: " + "x".repeat(1 << 20) + "\n\n";
    await(
        () -> {
          IntStream.range(0, 10_000).forEach(i -> server.publish());
          return server.figures().streams() == 0;
        });
    assertEquals(1, server.figures().refused(), "once, however many events come meanwhile");
  }
}

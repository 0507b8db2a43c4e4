package dev.mptunnel.harness.page;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.mptunnel.harness.Seed;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Serves the status page as the programs do, with figures that were made up: for tests of the page,
 * and to look at it.
 */
final class FakeProgram implements AutoCloseable {

  /** What the programs send too. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  private static final Map<String, String> TYPES =
      Map.of("html", "text/html", "js", "text/javascript", "css", "text/css");

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().factory());
  private final List<OutputStream> streams = new CopyOnWriteArrayList<>();
  private final Scene scene;

  /** Starts it at a port, or with 0 at any. */
  FakeProgram(Scene scene, int port) throws IOException {
    this.scene = scene;
    server = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), 0);
    server.setExecutor(threads);
    server.createContext("/", this::file);
    server.createContext("/healthz", exchange -> answer(exchange, 200, "text/plain", "ok"));
    server.createContext("/api/status", exchange -> json(exchange, Json.write(scene.status())));
    server.createContext("/api/history", this::history);
    server.createContext("/api/events", this::events);
    server.start();
    clock.scheduleAtFixedRate(this::tell, 1, 1, TimeUnit.SECONDS);
  }

  /** Shows a scene until it is killed: the first argument is its name, the second the port. */
  public static void main(String... arguments) throws IOException {
    FakeProgram program =
        new FakeProgram(Scene.named(arguments[0], Seed.ofRun()), Integer.parseInt(arguments[1]));
    System.out.println(program.address());
  }

  /** Where the page is. */
  String address() {
    return "http://127.0.0.1:" + port() + "/";
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** Tells all who listen what happened. */
  void event(Map<String, Object> event) {
    send("event", Json.write(event));
  }

  private void tell() {
    Map<String, Object> status = new HashMap<>(scene.next(Instant.now()));
    status.remove("events");
    send("status", Json.write(status));
  }

  private void send(String name, String data) {
    streams.removeIf(stream -> !isTaken(stream, name, data));
  }

  private static boolean isTaken(OutputStream stream, String name, String data) {
    try {
      write(stream, name, data);
      return true;
    } catch (IOException gone) {
      return false;
    }
  }

  private static void write(OutputStream stream, String name, String data) throws IOException {
    stream.write("event: %s\ndata: %s\n\n".formatted(name, data).getBytes(UTF_8));
    stream.flush();
  }

  private void file(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    String name = path.equals("/") ? "index.html" : path.substring(1);
    try (InputStream file =
        FakeProgram.class.getResourceAsStream("/dev/mptunnel/observe/page/" + name)) {
      if (file == null) {
        answer(exchange, 404, "text/plain", "there is no " + path);
      } else {
        String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
        answer(exchange, 200, type, new String(file.readAllBytes(), UTF_8));
      }
    }
  }

  private void history(HttpExchange exchange) throws IOException {
    String query = exchange.getRequestURI().getQuery();
    long since = query == null ? 0 : Long.parseLong(query.replace("since=", ""));
    json(exchange, Json.write(scene.history(since)));
  }

  private void events(HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    OutputStream stream = exchange.getResponseBody();
    stream.write("retry: 2000\n\n".getBytes(UTF_8));
    write(stream, "status", Json.write(scene.status()));
    streams.add(stream);
  }

  private static void json(HttpExchange exchange, String text) throws IOException {
    answer(exchange, 200, "application/json", text);
  }

  private static void answer(HttpExchange exchange, int code, String type, String text)
      throws IOException {
    try (exchange) {
      byte[] body = text.getBytes(UTF_8);
      exchange.getResponseHeaders().set("Content-Type", type + "; charset=utf-8");
      exchange.getResponseHeaders().set("Content-Security-Policy", POLICY);
      exchange.getResponseHeaders().set("X-Content-Type-Options", "nosniff");
      exchange.sendResponseHeaders(code, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** Is gone, as a program that was killed. */
  void stop() {
    clock.shutdownNow();
    server.stop(0);
    threads.shutdownNow();
  }

  @Override
  public void close() {
    stop();
  }
}

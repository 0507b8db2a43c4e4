package dev.mptunnel.harness.page;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A headless Chromium with one page in it, driven over its remote debugging protocol
 * (https://chromedevtools.github.io/devtools-protocol). It notes what the page asks the network for
 * and what it complains of.
 */
public final class Chromium implements AutoCloseable {

  private static final Path PROGRAM = Path.of("/usr/bin/chromium");
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Pattern ADDRESS = Pattern.compile("DevTools listening on (ws://\\S+)");

  private final Path profile;
  private final Process process;
  private final HttpClient http = HttpClient.newHttpClient();
  private final AtomicInteger calls = new AtomicInteger();
  private final Map<Integer, CompletableFuture<Object>> open = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private volatile CompletableFuture<Void> loaded = new CompletableFuture<>();
  private final WebSocket socket;
  private final String page;

  /** Starts it with an empty page. */
  Chromium() throws IOException {
    profile = Files.createTempDirectory("chromium");
    process =
        new ProcessBuilder(
                PROGRAM.toString(),
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-extensions",
                "--hide-scrollbars",
                "--no-first-run",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .start();
    try {
      socket =
          http.newWebSocketBuilder()
              .buildAsync(awaitAddress(), new Listener())
              .orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
              .join();
      Object target = call(null, "Target.createTarget", "{\"url\":\"about:blank\"}");
      String id = Json.quote((String) Json.at(target, "targetId"));
      Object attached =
          call(null, "Target.attachToTarget", "{\"targetId\":%s,\"flatten\":true}".formatted(id));
      page = (String) Json.at(attached, "sessionId");
      for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
        call(domain + ".enable", "{}");
      }
      call("Emulation.setFocusEmulationEnabled", "{\"enabled\":true}");
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Whether there is one on this machine. */
  public static boolean isInstalled() {
    return Files.isExecutable(PROGRAM);
  }

  private URI awaitAddress() throws IOException {
    BufferedReader said = process.errorReader();
    for (String line = said.readLine(); line != null; line = said.readLine()) {
      Matcher matcher = ADDRESS.matcher(line);
      if (matcher.find()) {
        Thread.ofVirtual().start(() -> readOn(said));
        return URI.create(matcher.group(1));
      }
    }
    throw new IOException(PROGRAM + " ended without saying where it listens");
  }

  private static void readOn(BufferedReader said) {
    try {
      while (said.readLine() != null) {
        // So that it never waits for a full pipe.
      }
    } catch (IOException closed) {
      // It was ended.
    }
  }

  /** Calls a method of the protocol for the page. */
  Object call(String method, String parameters) {
    return call(page, method, parameters);
  }

  private Object call(String session, String method, String parameters) {
    int id = calls.incrementAndGet();
    CompletableFuture<Object> answer = new CompletableFuture<>();
    open.put(id, answer);
    String of = session == null ? "" : ",\"sessionId\":" + Json.quote(session);
    socket.sendText(
        "{\"id\":%d,\"method\":\"%s\",\"params\":%s%s}".formatted(id, method, parameters, of),
        true);
    return answer.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
  }

  /** Shows a page, waits until it is loaded, and forgets what the one before did. */
  void open(String address) {
    requests.clear();
    complaints.clear();
    CompletableFuture<Void> itsLoad = new CompletableFuture<>();
    loaded = itsLoad;
    call("Page.navigate", "{\"url\":" + Json.quote(address) + "}");
    itsLoad.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
  }

  /** How wide and high the page is seen, in a light or a dark world. */
  void show(int width, int height, boolean dark) {
    call(
        "Emulation.setDeviceMetricsOverride",
        "{\"width\":%d,\"height\":%d,\"deviceScaleFactor\":1,\"mobile\":%b}"
            .formatted(width, height, width < 600));
    call(
        "Emulation.setEmulatedMedia",
        "{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":\"%s\"}]}"
            .formatted(dark ? "dark" : "light"));
  }

  /** What an expression of JavaScript, or what it promises, comes to. */
  public Object evaluate(String expression) {
    Object answer =
        call(
            "Runtime.evaluate",
            "{\"awaitPromise\":true,\"returnByValue\":true,\"expression\":"
                + Json.quote(expression)
                + "}");
    Object exception = Json.at(answer, "exceptionDetails");
    if (exception != null) {
      throw new AssertionError(expression + ": " + exception);
    }
    return Json.at(answer, "result", "value");
  }

  /** Whether it is true. */
  boolean is(String expression) {
    return Boolean.TRUE.equals(evaluate("Boolean(" + expression + ")"));
  }

  /** Presses and releases a key, such as Tab or ArrowLeft. */
  void press(String key, int code) {
    for (String type : List.of("rawKeyDown", "keyUp")) {
      call(
          "Input.dispatchKeyEvent",
          "{\"type\":\"%s\",\"key\":\"%s\",\"code\":\"%s\",\"windowsVirtualKeyCode\":%d}"
              .formatted(type, key, key, code));
    }
  }

  /** Writes a picture of the whole page, as a PNG. */
  void picture(Path to) throws IOException {
    Object picture =
        call("Page.captureScreenshot", "{\"format\":\"png\",\"captureBeyondViewport\":true}");
    Files.write(to, Base64.getDecoder().decode((String) Json.at(picture, "data")));
  }

  /** The addresses that the page asked for. */
  List<String> requests() {
    return requests;
  }

  /** What the browser complained of: errors, warnings, and what the policy refused. */
  List<String> complaints() {
    return complaints;
  }

  private void note(String method, Object parameters) {
    switch (method) {
      case "Page.loadEventFired" -> loaded.complete(null);
      case "Network.requestWillBeSent" ->
          requests.add((String) Json.at(parameters, "request", "url"));
      case "Runtime.exceptionThrown" -> complaints.add(parameters.toString());
      case "Runtime.consoleAPICalled" -> {
        if (List.of("error", "warning", "assert").contains(Json.at(parameters, "type"))) {
          complaints.add(parameters.toString());
        }
      }
      case "Log.entryAdded" -> {
        if (List.of("error", "warning").contains(Json.at(parameters, "entry", "level"))) {
          complaints.add(parameters.toString());
        }
      }
      default -> {
        // Of no interest.
      }
    }
  }

  /** What Chromium says, message by message. */
  private final class Listener implements WebSocket.Listener {
    private final StringBuilder message = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
      message.append(part);
      if (last) {
        take(Json.read(message.toString()));
        message.setLength(0);
      }
      from.request(1);
      return null;
    }

    private void take(Object said) {
      if (Json.at(said, "id") instanceof Double id) {
        CompletableFuture<Object> answer = open.remove(id.intValue());
        Object error = Json.at(said, "error");
        if (error == null) {
          answer.complete(Json.at(said, "result"));
        } else {
          answer.completeExceptionally(new AssertionError(error.toString()));
        }
      } else {
        note((String) Json.at(said, "method"), Json.at(said, "params"));
      }
    }
  }

  @Override
  public void close() throws IOException {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().onExit().join();
    http.shutdownNow();
    removeProfile();
  }

  private void removeProfile() throws IOException {
    Files.walkFileTree(
        profile,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes its) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException failure)
              throws IOException {
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}

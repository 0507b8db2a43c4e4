package dev.mptunnel.harness.tunnel;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real programs over the proxy, set up by the README's own lines. */
class ProxyApplicationsTest {

  private static final int PARALLEL = 50;

  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  @TempDir private Path folder;

  private HttpServer web;
  private ProxyTunnel tunnel;
  private int webPort;

  @BeforeEach
  void start() throws IOException {
    web = HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 100);
    web.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    web.start();
    open.push(() -> web.stop(0));
    webPort = web.getAddress().getPort();
    tunnel = new ProxyTunnel(null, "127.0.0.1:1-65535");
    open.push(tunnel);
    tunnel.name("web.test", "127.0.0.1");
  }

  @AfterEach
  void closeAll() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  /** Serves files, or pages of their own names. */
  private void serve(Path files) {
    web.createContext(
        "/",
        exchange -> {
          try (exchange) {
            String path = exchange.getRequestURI().getPath();
            Path file = files == null ? null : files.resolve(path.substring(1)).normalize();
            boolean isThere = file == null || Files.isRegularFile(file);
            byte[] body =
                file == null
                    ? path.getBytes(UTF_8)
                    : isThere ? Files.readAllBytes(file) : new byte[0];
            exchange.sendResponseHeaders(isThere ? 200 : 404, body.length == 0 ? -1 : body.length);
            if (body.length > 0) {
              OutputStream out = exchange.getResponseBody();
              out.write(body);
            }
          }
        });
  }

  private record Result(int status, String out) {}

  private Result run(List<String> command) throws Exception {
    Path out = Files.createTempFile(folder, "out", "");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.redirectOutput(out.toFile());
    builder.directory(folder.toFile());
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.toLowerCase(Locale.ROOT).endsWith("_proxy"));
    builder.environment().putAll(Map.of("GIT_TERMINAL_PROMPT", "0", "HOME", folder.toString()));
    Process process = builder.start();
    process.getOutputStream().close();
    try {
      assertTrue(process.waitFor(30, TimeUnit.SECONDS), () -> command + " has not ended");
    } finally {
      process.destroyForcibly();
    }
    return new Result(process.exitValue(), Files.readString(out));
  }

  private static void needs(String... programs) {
    for (String program : programs) {
      boolean isThere =
          Stream.of(System.getenv("PATH").split(File.pathSeparator))
              .anyMatch(place -> Files.isExecutable(Path.of(place, program)));
      assumeTrue(isThere, program + " is not installed");
    }
  }

  /** The line of the README between these marks, for our proxy, as words of a shell. */
  private List<String> readme(String mark, Map<String, String> replacements) throws IOException {
    String text = Files.readString(Path.of("..", "README.md"));
    Matcher block =
        Pattern.compile("<!-- proxy:" + mark + " -->\\n(.*?)<!-- /proxy -->", Pattern.DOTALL)
            .matcher(text);
    assertTrue(block.find(), "the README has no line for " + mark);
    String line = block.group(1).strip().replace("1080", "" + tunnel.proxy().getPort());
    for (var each : replacements.entrySet()) {
      assertTrue(line.contains(each.getKey()), line + " lacks " + each.getKey());
      line = line.replace(each.getKey(), each.getValue());
    }
    return List.of("sh", "-c", line);
  }

  @Test
  void curlAsTheReadmeSays() throws Exception {
    needs("curl");
    serve(null);
    String at = "http://web.test:" + webPort + "/hello";
    Result result = run(readme("curl", Map.of("https://www.example.org/", at)));
    assertEquals(0, result.status, result.out);
    assertTrue(result.out.endsWith("/hello"), result.out);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--socks5-hostname 127.0.0.1:1080",
        "--socks5 127.0.0.1:1080",
        "--socks4a 127.0.0.1:1080",
        "-p -x http://127.0.0.1:1080"
      })
  void curlByEachProtocolFiftyAtOnce(String how) throws Exception {
    needs("curl");
    serve(null);
    String port = "" + tunnel.proxy().getPort();
    List<String> command = new ArrayList<>(List.of("curl", "-sS", "--fail", "--max-time", "50"));
    // curl resolves it itself there.
    String host = how.startsWith("--socks5 ") ? "127.0.0.1" : "web.test";
    command.addAll(List.of(how.replace("1080", port).split(" ")));
    command.addAll(List.of("--parallel", "--parallel-immediate", "--parallel-max", "" + PARALLEL));
    for (int i = 0; i < PARALLEL; i++) {
      command.addAll(List.of("-o", "page" + i, "http://" + host + ":" + webPort + "/" + i));
    }
    Result result = run(command);
    assertEquals(0, result.status, result.out);
    for (int i = 0; i < PARALLEL; i++) {
      assertEquals("/" + i, Files.readString(folder.resolve("page" + i)));
    }
  }

  @Test
  void curlIsToldWhatIsNotAllowed() throws Exception {
    needs("curl");
    tunnel.name("inside.test", "10.0.0.1");
    String port = "" + tunnel.proxy().getPort();
    Result socks =
        run(
            List.of(
                "curl", "-sS", "--socks5-hostname", "127.0.0.1:" + port, "http://inside.test/"));
    assertEquals(97, socks.status, socks.out); // CURLE_PROXY
    assertTrue(socks.out.contains("(2)"), socks.out);
    Result http =
        run(List.of("curl", "-sS", "-p", "-x", "127.0.0.1:" + port, "http://inside.test/"));
    assertTrue(http.out.contains("403"), http.out);
  }

  /** A redirect is a wish for another destination, which is asked for as any other. */
  @Test
  void curlIsRedirectedToNothingInside() throws Exception {
    needs("curl");
    ServerSocket inside = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.2"));
    open.push(inside);
    tunnel.name("inside.test", "127.0.0.2");
    int port = inside.getLocalPort();
    web.createContext(
        "/",
        exchange -> {
          try (exchange) {
            String to = exchange.getRequestURI().getPath().substring(1);
            exchange.getResponseHeaders().set("Location", "http://" + to + "/");
            exchange.sendResponseHeaders(302, -1);
          }
        });
    for (String to : List.of("127.0.0.2:" + port, "inside.test:" + port, "10.0.0.1:80")) {
      Result result =
          run(
              List.of(
                  "curl",
                  "-sSL",
                  "--socks5-hostname",
                  "127.0.0.1:" + tunnel.proxy().getPort(),
                  "http://web.test:" + webPort + "/" + to));
      assertEquals(97, result.status, to + ": " + result.out); // CURLE_PROXY
    }
    inside.setSoTimeout(1);
    assertThrows(SocketTimeoutException.class, inside::accept);
  }

  @Test
  void gitAsTheReadmeSays() throws Exception {
    needs("git");
    Path bare = folder.resolve("r.git");
    for (String command :
        List.of(
            "git init -q work",
            "git -C work -c user.name=a -c user.email=a@a.test commit -q --allow-empty -m hello",
            "git clone -q --bare work r.git",
            "git -C r.git update-server-info")) {
      Result result = run(List.of(command.split(" ")));
      assertEquals(0, result.status, command + ": " + result.out);
    }
    serve(folder);
    String at = "http://web.test:" + webPort + "/" + bare.getFileName();
    Result result = run(readme("git", Map.of("https://git.example.org/repository", at + " copy")));
    assertEquals(0, result.status, result.out);
    assertTrue(Files.isDirectory(folder.resolve("copy/.git")));
  }

  /** The server is none; but that it is reached shows, for it hangs up with a word. */
  @Test
  void sshAsTheReadmeSays() throws Exception {
    needs("ssh", "socat");
    ServerSocket server = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
    open.push(server);
    List<String> heard = new ArrayList<>();
    Thread thread =
        Thread.ofVirtual()
            .start(
                () -> {
                  try (Socket one = server.accept()) {
                    one.getOutputStream().write("SSH-2.0-reached\r\n".getBytes(UTF_8));
                    byte[] begin = one.getInputStream().readNBytes(8);
                    heard.add(new String(begin, UTF_8));
                  } catch (IOException e) {
                    heard.add(e.getMessage());
                  }
                });
    String host = "web.test -p " + server.getLocalPort() + " -o BatchMode=yes -F none true";
    Result result = run(readme("ssh", Map.of("alice@ssh.example.org", host)));
    thread.join();
    assertEquals(List.of("SSH-2.0-"), heard, result.out);
  }

  @Test
  void theBrowserLineOfTheReadmeIsServed() throws Exception {
    needs("curl");
    List<String> shown = readme("browser", Map.of());
    Result result = run(List.of("curl", "-sS", "--fail", shown.getLast()));
    assertEquals(0, result.status, result.out);
    assertTrue(result.out.contains("SOCKS5 127.0.0.1:" + tunnel.proxy().getPort()), result.out);
  }
}

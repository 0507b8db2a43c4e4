package dev.mptunnel.harness.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.Await;
import dev.mptunnel.program.StatusProgram;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The programs, and what they show of themselves. */
class StatusTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  @TempDir private Path folder;

  private final List<ProgramProcess> programs = new ArrayList<>();
  private final HttpClient http = HttpClient.newHttpClient();
  private final String serverStatus = FreePorts.nextText();
  private final String bridgeStatus = FreePorts.nextText();
  private final String clientStatus = FreePorts.nextText();
  private final int clientPort = FreePorts.next();
  private DatagramSocket target;
  private ProgramProcess bridge;

  @BeforeEach
  void start() throws IOException {
    target = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    String serverPort = FreePorts.nextText();
    String bridgePort = FreePorts.nextText();
    String targetPort = Integer.toString(target.getLocalPort());
    programs.add(
        ProgramProcess.launchServer(
            shown("mpserver", serverStatus, serverPort, "127.0.0.1", targetPort)));
    bridge =
        ProgramProcess.launchBridge(
            shown("mpbridge", bridgeStatus, bridgePort, "127.0.0.1:" + serverPort));
    programs.add(bridge);
    programs.add(
        ProgramProcess.launchClient(
            shown(
                "mpclient",
                clientStatus,
                "--path-timeout",
                "300ms",
                "--ping",
                "50ms",
                "--listen",
                Integer.toString(clientPort),
                "--bridge",
                "127.0.0.1 " + bridgePort + " name=one",
                "--bridge",
                "127.0.0.1 " + serverPort + " name=two")));
    programs.getLast().awaitError("path one is up");
    programs.getLast().awaitError("path two is up");
  }

  private String[] shown(String program, String port, String... more) {
    List<String> all = new ArrayList<>(List.of("--status", port, "--control", socket(program)));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private String socket(String program) {
    return folder.resolve(program + ".sock").toString();
  }

  @AfterEach
  void end() {
    programs.forEach(ProgramProcess::close);
    target.close();
    http.close();
  }

  /** Null where nobody listens. */
  private HttpResponse<String> get(String port, String target) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + target))
            .timeout(LIMIT)
            .build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofString());
    } catch (ConnectException e) {
      return null; // it does not listen yet
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void await(String what, String port, String target, String... words) {
    Await.until(
        what,
        LIMIT,
        () -> {
          HttpResponse<String> answer = get(port, target);
          return answer != null && List.of(words).stream().allMatch(answer.body()::contains);
        });
  }

  private String terminal(String program, String... options) throws InterruptedException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream printed = new PrintStream(out, true, StandardCharsets.UTF_8);
    List<String> all = new ArrayList<>(List.of("status", "--control", socket(program)));
    all.addAll(List.of(options));
    int exit =
        new StatusProgram(program, Map.of(), printed, printed).run(all.toArray(String[]::new));
    String text = out.toString(StandardCharsets.UTF_8);
    assertEquals(0, exit, text);
    return text;
  }

  @Test
  void allProgramsShowWhatTheyDoAndAPathThatIsKilledIsDown() throws Exception {
    await("the client's status", clientStatus, "/healthz", "ok");
    Thread events = Thread.ofVirtual().start(this::readEvents);
    try (DatagramSocket application = new DatagramSocket()) {
      byte[] payload = "hello".getBytes(StandardCharsets.UTF_8);
      for (int i = 0; i < 20; i++) {
        application.send(
            new DatagramPacket(payload, 5, InetAddress.getLoopbackAddress(), clientPort));
      }
      await("the client's datagrams", clientStatus, "/api/status", "\"datagrams\":{\"out\":20,");
      await("the server's", serverStatus, "/api/status", "\"in\":20,", "\"sessionsTotal\":1");
      await("the bridge's", bridgeStatus, "/api/status", "\"proven\":1,", "\"transport\":\"udp\"");
    }
    assertEquals(200, get(clientStatus, "/readyz").statusCode());
    assertEquals("ok\n", get(bridgeStatus, "/healthz").body());
    assertEquals(404, get(clientStatus, "/../secret").statusCode());
    assertTrue(
        get(clientStatus, "/metrics").body().contains("mptunnel_path_up{"), "no path in metrics");
    assertTrue(get(serverStatus, "/metrics").body().contains("mptunnel_sessions 1.0"), "none");
    await("history", clientStatus, "/api/history", "\"name\":\"one\",\"up\":[", "\"path\":null");
    assertTrue(terminal("mpclient", "--once").contains("two                      up"), "no row");
    assertTrue(
        terminal("mpbridge", "--json").startsWith("{\"version\":1,\"program\":\"mpbridge\""));
    assertTrue(terminal("mpserver", "--once").contains("client "), "no client");

    bridge.kill();
    await(
        "the path to be down",
        clientStatus,
        "/api/status",
        "\"state\":\"down\"",
        "\"kind\":\"path-down\",\"session\":\"");
    events.join();
  }

  /** Until the path is told to be down. */
  private void readEvents() {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + clientStatus + "/api/events"))
            .build();
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                http.send(request, HttpResponse.BodyHandlers.ofInputStream()).body(),
                StandardCharsets.UTF_8))) {
      boolean isEvent = false;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (isEvent && line.contains("\"kind\":\"path-down\"")) {
          return;
        }
        isEvent = line.equals("event: event");
      }
      throw new AssertionError("the stream ended");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}

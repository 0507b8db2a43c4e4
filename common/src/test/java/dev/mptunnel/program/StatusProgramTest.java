package dev.mptunnel.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.net.http.Answer;
import dev.mptunnel.net.http.ControlPlaces;
import dev.mptunnel.net.http.ControlSocket;
import dev.mptunnel.net.http.Site;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatusProgramTest {

  private static final String ESCAPE = "\033[2J\u009b2J";

  @TempDir Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final List<ControlSocket> opened = new ArrayList<>();
  private Path places;

  @BeforeEach
  void makeFolder() throws IOException {
    places = Files.createDirectory(folder.resolve("mptunnel"));
  }

  @AfterEach
  void close() {
    opened.forEach(ControlSocket::close);
  }

  private void serve(String name) throws IOException {
    opened.add(
        ControlSocket.open(
            places.resolve(name),
            new Site() {
              @Override
              public CompletableFuture<Answer> get(String target) {
                return CompletableFuture.completedFuture(
                    Answer.of("text/plain", name + target + ESCAPE + "\n"));
              }

              @Override
              public Feed feed() {
                return () -> "";
              }
            },
            (_, _) -> Answer.text(404, "takes no orders")));
  }

  private int run(String... options) throws InterruptedException {
    out.reset();
    err.reset();
    List<String> all = new ArrayList<>(List.of("status"));
    all.addAll(List.of(options));
    return new StatusProgram(
            "mpclient",
            new ControlPlaces(null, folder, -1),
            false,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8))
        .run(all.toArray(String[]::new));
  }

  private String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String err() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void theOneThatRunsIsFound() throws Exception {
    serve("mpclient.sock");
    serve("mpserver.sock");
    assertEquals(0, run("--once"), err());
    assertEquals("mpclient.sock/table?[2J?2J\n", out());
    assertEquals(0, run("--json"), err());
    assertEquals("mpclient.sock/api/status?[2J?2J\n\n", out());
  }

  @Test
  void ofSeveralOneIsToBeChosen() throws Exception {
    serve("mpclient.sock");
    serve("mpclient-17.sock");
    assertEquals(1, run("--once"));
    assertEquals(1, err().lines().count(), err());
    assertTrue(err().contains(places.resolve("mpclient-17.sock").toString()), err());
    assertEquals(0, run("--once", "--control", places.resolve("mpclient-17.sock").toString()));
    assertEquals("mpclient-17.sock/table?[2J?2J\n", out());
  }

  @Test
  void wherePlainlyNoneRunsThatIsSaid() throws Exception {
    assertEquals(1, run("--once"));
    assertEquals(1, err().lines().count(), err());
    assertTrue(
        err().startsWith("mpclient status: no mpclient that we may ask has its socket in any of"),
        err());
    assertTrue(err().contains(places.toString()), err());
    assertEquals(1, run("--control", places.resolve("none.sock").toString()));
    assertEquals(1, err().lines().count(), err());
    assertTrue(
        err().startsWith("mpclient status: " + places + "/none.sock does not answer"), err());
  }

  @Test
  void badUsageIsTwo() throws Exception {
    assertEquals(2, run("--live"));
    assertTrue(err().contains("'--live' is not known; expected --once"), err());
    assertEquals(2, run("--control"));
    assertEquals(0, run("--help"));
    assertTrue(out().startsWith("Usage: mpclient status"), out());
  }
}

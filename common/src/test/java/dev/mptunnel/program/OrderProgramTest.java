package dev.mptunnel.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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

class OrderProgramTest {

  private static final Site NOTHING =
      new Site() {
        @Override
        public CompletableFuture<Answer> get(String target) {
          return CompletableFuture.completedFuture(Answer.text(404, "nothing"));
        }

        @Override
        public Feed feed() {
          return () -> "";
        }
      };

  @TempDir private Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final List<String> ordered = new ArrayList<>();
  private final List<ControlSocket> opened = new ArrayList<>();
  private Answer answer = Answer.text(200, "done");

  @BeforeEach
  void serve() throws IOException {
    serve(Files.createDirectory(folder.resolve("mptunnel")).resolve("mpclient.sock"));
  }

  private void serve(Path path) throws IOException {
    opened.add(
        ControlSocket.open(
            path,
            NOTHING,
            (target, body) -> {
              ordered.add(target + " " + body);
              return answer;
            }));
  }

  @AfterEach
  void close() {
    opened.forEach(ControlSocket::close);
  }

  private int run(String... words) {
    out.reset();
    err.reset();
    return new OrderProgram(
            "mpclient",
            new ControlPlaces(null, folder, -1),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8))
        .run(words);
  }

  private String said() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String complained() {
    return err.toString(StandardCharsets.UTF_8);
  }

  @Test
  void whatIsOrderedReachesTheProgramAndItsAnswerIsPrinted() {
    assertEquals(0, run("reload"));
    assertEquals("done\n", said());
    assertEquals(0, run("path", "add", "vps.example.org", "4000", "bind=eth0"));
    assertEquals(0, run("path", "pause", "b2"));
    assertEquals(0, run("path", "list"));
    assertEquals(
        List.of(
            "/api/reload ",
            "/api/path add vps.example.org 4000 bind=eth0",
            "/api/path pause b2",
            "/api/path list"),
        ordered);
    assertEquals("", complained());
  }

  @Test
  void whatIsRefusedIsSaidInOneLineAndExitsWithTwo() {
    answer = Answer.text(400, "mpclient.conf:4: no \u001b[2J good");
    assertEquals(2, run("reload"));
    assertEquals("mpclient reload: mpclient.conf:4: no ?[2J good\n", complained());
    assertEquals("", said());
    answer = Answer.text(500, "internal error");
    assertEquals(1, run("reload"));
  }

  @Test
  void badUsageIsSaidWithAHintAndOrdersNothing() {
    for (String wrong :
        List.of(
            "reload now",
            "path",
            "path toggle x",
            "path add",
            "path remove",
            "path list all",
            "reload --control")) {
      assertEquals(2, run(wrong.split(" ")), wrong);
      assertTrue(complained().contains("expected"), complained());
      assertTrue(complained().contains("--help'"), complained());
    }
    assertEquals(List.of(), ordered);
  }

  @Test
  void ofSeveralOneIsChosen() throws IOException {
    Path second = folder.resolve("mptunnel").resolve("mpclient-7.sock");
    serve(second);
    assertEquals(1, run("reload"));
    assertTrue(complained().contains("several run"), complained());
    assertEquals(0, run("path", "pause", "x", "--control", second.toString()));
    assertEquals(List.of("/api/path pause x"), ordered);
    opened.forEach(ControlSocket::close);
    assertEquals(1, run("reload"));
    assertTrue(complained().contains("no mpclient that we may ask"), complained());
  }

  @Test
  void helpIsHelp() {
    assertEquals(0, run("reload", "--help"));
    assertTrue(said().startsWith("Usage: mpclient reload "), said());
    assertEquals(0, run("path", "-h"));
    assertTrue(said().startsWith("Usage: mpclient path add HOST PORT"), said());
    assertEquals(List.of(), ordered);
  }

  @Test
  void onlyItsOwnWordsAreOrders() {
    assertTrue(OrderProgram.isAsked(new String[] {"reload"}));
    assertTrue(OrderProgram.isAsked(new String[] {"path", "list"}));
    assertFalse(OrderProgram.isAsked(new String[] {"mpclient.conf"}));
    assertFalse(OrderProgram.isAsked(new String[0]));
  }
}

package dev.mptunnel.program;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.log.Journal;
import dev.mptunnel.net.http.Answer;
import dev.mptunnel.observe.Figures;
import dev.mptunnel.observe.ServingFigures;
import java.time.Instant;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StatusSiteTest {

  private static final Program.Running RUNNING =
      new Program.Running() {
        @Override
        public String summary() {
          return "runs";
        }

        @Override
        public CompletableFuture<Figures> figures(Figures.Wish wish) {
          return CompletableFuture.completedFuture(
              new Figures("asleep", 0, List.of(), null, null, List.of(), 0, null, null, null));
        }

        @Override
        public String table(Figures figures) {
          return "";
        }

        @Override
        public CompletableFuture<Void> answered() {
          return CompletableFuture.completedFuture(null);
        }

        @Override
        public void close() {}
      };

  private final Watch watch =
      new Watch("mpclient", "none", RUNNING, new Journal(), () -> ServingFigures.NONE, () -> {});
  private final StatusSite site = new StatusSite(watch, _ -> "");

  @AfterEach
  void close() {
    watch.close();
  }

  private Answer get(String target) throws Exception {
    return site.get(target).get(10, TimeUnit.SECONDS);
  }

  private static String text(Answer answer) {
    return new String(answer.body(), UTF_8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "since=",
        "since=-1",
        "since=1.5",
        "since=1x",
        "since=1&since=2",
        "since=9999999999999999999999",
        "since=%31",
        "Since=1",
        "=",
        "x"
      })
  void aTimeThatIsNoneIsRefused(String query) throws Exception {
    Answer answer = get("/api/history?" + query);
    assertEquals(400, answer.status());
    assertEquals("expected since=SECONDS, or nothing\n", text(answer));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/events?x",
        "/api/history/",
        "/api/",
        "",
        "?",
        "//app.js",
        "/app.js/",
        "/page/app.js",
        "/../StatusSite.class",
        "/%61pp.js",
        "/uPlot.LICENSE.txt"
      })
  void whatIsNotThereIsNotFound(String target) throws Exception {
    assertEquals(404, get(target).status());
  }

  @Test
  void filesAreThereWhateverIsAskedWithThem() throws Exception {
    assertEquals("text/html; charset=utf-8", get("/?x").type());
    assertEquals(200, get("/app.js?since=1").status());
    Answer asleep = get("/readyz?x");
    assertEquals("503 asleep\n", asleep.status() + " " + text(asleep));
  }

  @Test
  void historyFromBeforeTheFirstSampleIsAllAndMadeOnce() throws Exception {
    watch.start();
    Set<byte[]> made = Collections.newSetFromMap(new IdentityHashMap<>());
    for (int i = 0; i < 20; i++) {
      made.add(get("/api/history").body());
      if (!made.add(get("/api/history?since=1").body())) {
        return;
      }
      // A new snapshot came between.
    }
    throw new AssertionError("made anew each time");
  }

  @Test
  void historyAfterNowIsEmpty() throws Exception {
    Answer answer = get("/api/history?since=" + Instant.now().plusSeconds(60).getEpochSecond());
    assertEquals(200, answer.status());
    assertTrue(text(answer).contains("\"times\":[]"), text(answer));
  }
}

package dev.mptunnel.harness.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mptunnel.harness.Seed;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The status page in a browser, showing figures that were made up. */
@Tag("full")
class StatusPageTest {

  private static final String STATUS = "await (await fetch('/api/status')).json()";
  private static final Duration RED_LIMIT = Duration.ofSeconds(2);

  private final Seed seed = Seed.ofRun();

  @BeforeEach
  void thereIsABrowser() {
    assumeTrue(Chromium.isInstalled(), "needs Chromium");
    System.out.println(seed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"client", "many", "fresh", "server", "bridge"})
  void everyViewShowsWhatTheProgramSaysAndCanBeReadEverywhere(String name) throws IOException {
    Scene scene = Scene.named(name, seed);
    try (FakeProgram program = new FakeProgram(scene, 0);
        StatusPage page = new StatusPage(program.address())) {
      page.browser().evaluate("document.querySelectorAll('details').forEach((d) => d.open = true)");
      for (String window : new String[] {"minute", "start", "tenMinutes"}) {
        page.browser().evaluate("document.querySelector('[value=%s]').click()".formatted(window));
        page.await("the next figures", nextFigures(page));
        page.assertShows(STATUS);
      }
      page.browser()
          .evaluate("document.querySelectorAll('details').forEach((d) => d.open = false)");
      page.assertGood(name);
    }
  }

  private static String nextFigures(StatusPage page) {
    Object now = page.browser().evaluate("document.documentElement.dataset.time");
    return "document.documentElement.dataset.time !== " + Json.quote((String) now);
  }

  @Test
  void aPathThatGoesDownTurnsRedAtOnceAndBack() throws IOException {
    Scene scene = Scene.client(seed, 3);
    try (FakeProgram program = new FakeProgram(scene, 0);
        StatusPage page = new StatusPage(program.address())) {
      page.await("the path to be up", StatusPage.isShown(0, "up", false));
      scene.setState(0, "down");
      program.event(scene.stateEvent(0, false));
      page.await("red", RED_LIMIT, StatusPage.isShown(0, "down", true));
      scene.setState(0, "up");
      program.event(scene.stateEvent(0, true));
      page.await("no red", RED_LIMIT, StatusPage.isShown(0, "up", false));
      page.assertQuiet();
    }
  }

  @SuppressWarnings("try") // it is closed early
  @Test
  void aProgramThatIsGoneIsSaidToBeAndFoundAgain() throws IOException {
    int port;
    try (FakeProgram program = new FakeProgram(Scene.client(seed, 2), 0);
        StatusPage page = new StatusPage(program.address())) {
      port = program.port();
      program.close();
      page.await("the loss to be told", "!document.getElementById('lost').hidden");
      String told = (String) page.browser().evaluate("document.getElementById('lost').innerText");
      assertTrue(told.startsWith("The connection to mpclient is lost."), told);
      try (FakeProgram _ = new FakeProgram(Scene.client(seed, 2), port)) {
        page.awaitLive();
        page.await("nothing to be told", "document.getElementById('lost').hidden");
        page.assertShows(STATUS);
      }
    }
  }

  @Test
  void sessionsCanBeFoundAndChosen() throws IOException {
    try (FakeProgram program = new FakeProgram(Scene.server(seed, 40), 0);
        StatusPage page = new StatusPage(program.address())) {
      Chromium browser = page.browser();
      assertEquals(40.0, browser.evaluate("document.querySelectorAll('.session').length"));
      browser.evaluate("document.getElementById('find').focus()");
      browser.call("Input.insertText", "{\"text\":\"client 17\"}");
      page.await("it to be found", "document.querySelectorAll('.session').length === 1");
      browser.press("Tab", 9);
      browser.press("Enter", 13);
      page.await(
          "it to be shown",
          "document.getElementById('session-title').textContent.endsWith('client 17')");
      page.assertShows(STATUS);
      page.assertQuiet();
    }
  }

  @Test
  void whereThereIsNoHistoryOfASessionItIsSaid() throws IOException {
    Scene scene = Scene.server(seed, 2);
    scene.forgetHistory();
    try (FakeProgram program = new FakeProgram(scene, 0);
        StatusPage page = new StatusPage(program.address())) {
      page.await(
          "it to be said",
          "!document.getElementById('no-history').hidden"
              + " && document.getElementById('plots').hidden");
      page.browser().evaluate("document.querySelectorAll('.session')[1].click()");
      page.await(
          "the charts of the other",
          "document.getElementById('no-history').hidden"
              + " && document.querySelectorAll('.uplot canvas').length === 4");
      page.assertQuiet();
    }
  }

  @Test
  void chartsFollowAClockThatIsPutBack() throws IOException {
    Scene scene = Scene.client(seed, 3);
    try (FakeProgram program = new FakeProgram(scene, 0);
        StatusPage page = new StatusPage(program.address())) {
      page.await("the charts", "document.querySelectorAll('.uplot canvas').length === 4");
      String hour =
          "(() => {"
              + " const plot = document.querySelector('#rtt .plot');"
              + " for (const key of ['Escape', 'ArrowLeft'])"
              + " plot.dispatchEvent(new KeyboardEvent('keydown', {key}));"
              + " return Number(document.querySelector('#rtt .tip-time')?.textContent.slice(0, 2))"
              + "})()";
      page.await("the tip", hour + " >= 0");
      int before = ((Number) page.browser().evaluate(hour)).intValue();
      scene.putClockBack(2 * 3_600);
      page.await(
          "the charts to follow",
          "[%d, %d].includes(%s)".formatted((before + 22) % 24, (before + 23) % 24, hour));
      page.assertQuiet();
    }
  }

  @Test
  void chartsCanBeReadWithTheKeyboard() throws IOException {
    try (FakeProgram program = new FakeProgram(Scene.client(seed, 3), 0);
        StatusPage page = new StatusPage(program.address())) {
      page.await("the charts", "document.querySelectorAll('.uplot canvas').length === 4");
      page.browser().evaluate("document.querySelector('#rtt .plot').focus()");
      page.browser().press("ArrowLeft", 37);
      page.await("the tip", "/ ms/.test(document.querySelector('#rtt .tip').innerText)");
      page.browser().press("Escape", 27);
      page.await("no tip", "document.querySelector('#rtt .tip').hidden");
      page.assertQuiet();
    }
  }

  @Test
  void sixtyFourPathsAreShownWithLittleWork() throws IOException {
    try (FakeProgram program = new FakeProgram(Scene.client(seed, 64), 0);
        StatusPage page = new StatusPage(program.address())) {
      page.await(
          "the first paths, and the one that is down",
          "document.querySelectorAll('[data-path]').length === 13");
      page.browser().evaluate("document.getElementById('more-paths').click()");
      page.await("all paths", "document.querySelectorAll('[data-path]').length === 64");
      page.browser().evaluate("document.querySelector('[value=\"3600\"]').click()");
      page.browser().call("Performance.enable", "{}");
      double before = taskSeconds(page);
      for (int i = 0; i < 6; i++) {
        page.await("the next figures", nextFigures(page));
      }
      double perSecond = (taskSeconds(page) - before) / 6;
      System.out.printf("64 paths: %.0f ms of work a second%n", perSecond * 1e3);
      assertTrue(perSecond < 0.25, "seconds of work a second: " + perSecond);
    }
  }

  /** How long the page has been at work. */
  private static double taskSeconds(StatusPage page) {
    Object metrics = Json.at(page.browser().call("Performance.getMetrics", "{}"), "metrics");
    for (int i = 0; Json.at(metrics, i) != null; i++) {
      if ("TaskDuration".equals(Json.at(metrics, i, "name"))) {
        return (double) Json.at(metrics, i, "value");
      }
    }
    throw new AssertionError(metrics);
  }
}

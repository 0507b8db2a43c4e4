package dev.mptunnel.harness.tunnel;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mptunnel.harness.load.LoadPlan;
import dev.mptunnel.harness.page.Chromium;
import dev.mptunnel.harness.page.StatusPage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The status pages of real programs, which carry a load over two bridges. */
@Tag("full")
class LiveStatusPageTest {

  private static final int PER_SECOND = 500;
  private static final int ENDLESS = 1_000_000;
  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** After which a path that does not answer is down; the page has the other second. */
  private static final String PATH_TIMEOUT = "1s";

  private static final Duration RED_LIMIT = Duration.ofSeconds(2);

  /** Listens too, so as to know what the page was told last. */
  private static final String LISTEN =
      """
      window.told = {};
      new EventSource('/api/events').addEventListener('status', ({data}) => {
        const status = JSON.parse(data);
        window.told[status.time] = status;
      });
      """;

  /** What the page was told when it showed what it shows now. */
  private static final String TOLD = "window.told[document.documentElement.dataset.time]";

  /** Whether what is shown is what api/status says, but for what never stands still. */
  private static final String SHOWS_STATUS =
      """
      (async () => {
        const status = await (await fetch('/api/status')).json();
        const at = (field) => field.split('.').reduce((from, step) => from?.[step], status);
        const moves = /PerSecond$|Seconds$|^process\\.|^status\\.|Millis/;
        return [...document.querySelectorAll('[data-field]')]
          .filter(({dataset}) => !moves.test(dataset.field))
          .every(({dataset}) => dataset.value === JSON.stringify(at(dataset.field)));
      })()
      """;

  private final List<ProgramProcess> programs = new ArrayList<>();
  private final List<ProgramProcess> bridges = new ArrayList<>();
  private final String clientPage = "127.0.0.1:" + FreePorts.next();
  private final String serverPage = "127.0.0.1:" + FreePorts.next();
  private final String bridgePage = "127.0.0.1:" + FreePorts.next();
  private BothWays load;

  @BeforeEach
  void start() throws IOException {
    assumeTrue(Chromium.isInstalled(), "needs Chromium");
    load = new BothWays(new LoadPlan(PER_SECOND, ENDLESS, 60, 1_300));
    String serverPort = FreePorts.nextText();
    String entry = FreePorts.nextText();
    programs.add(
        ProgramProcess.server(
            "--status", serverPage, serverPort, "127.0.0.1", "" + load.target().getPort()));
    List<String> options =
        new ArrayList<>(
            List.of(
                "--status",
                clientPage,
                "--path-timeout",
                PATH_TIMEOUT,
                "--listen",
                entry,
                "--listen-tcp",
                FreePorts.nextText()));
    for (String line : List.of("one", "two")) {
      String port = FreePorts.nextText();
      String server = "127.0.0.1:" + serverPort;
      bridges.add(
          line.equals("one")
              ? ProgramProcess.bridge("--status", bridgePage, port, server)
              : ProgramProcess.bridge(port, server));
      options.addAll(List.of("--bridge", "127.0.0.1 " + port + " name=" + line));
    }
    ProgramProcess client = ProgramProcess.client(options.toArray(String[]::new));
    programs.add(client);
    client.awaitError("path one is up");
    client.awaitError("path two is up");
    load.start(BothWays.at(entry));
  }

  @AfterEach
  void stop() {
    bridges.forEach(ProgramProcess::close);
    programs.forEach(ProgramProcess::close);
    if (load != null) {
      load.close();
    }
  }

  private static String address(String page) {
    return "http://" + page + "/";
  }

  @Test
  void everyProgramsPageShowsItsStatus() throws IOException {
    for (String where : List.of(clientPage, serverPage, bridgePage)) {
      try (StatusPage page = new StatusPage(address(where))) {
        page.browser().evaluate(LISTEN);
        page.browser()
            .evaluate("document.querySelectorAll('details').forEach((d) => d.open = true)");
        page.await("what was told to be shown", TOLD + " !== undefined");
        page.assertShows(TOLD);
        page.assertGood("live-" + where.substring(where.indexOf(':') + 1));
      }
    }
  }

  @Test
  void aPathWhoseBridgeIsKilledTurnsRedWithinTwoSeconds() throws IOException {
    try (StatusPage page = new StatusPage(address(clientPage))) {
      page.await("the paths", StatusPage.isShown(0, "up", false));
      long start = System.nanoTime();
      bridges.getFirst().kill();
      page.await("red", RED_LIMIT, StatusPage.isShown(0, "down", true));
      System.out.printf("red after %d ms%n", (System.nanoTime() - start) / 1_000_000);
      page.assertQuiet();
    }
  }

  @Test
  void atRestThePageShowsWhatTheStatusSays() throws IOException {
    try (StatusPage page = new StatusPage(address(clientPage))) {
      page.await("figures", "document.querySelectorAll('[data-path]').length === 2");
      load.close();
      page.await("the same on the page and in api/status", LIMIT, SHOWS_STATUS);
    }
  }
}

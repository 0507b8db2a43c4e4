package dev.mptunnel.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.core.LossTotals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The JSON has the fields that docs/status.md shows, and no others. */
class StatusJsonTest {

  private static final Pattern FIELD = Pattern.compile("\"([a-zA-Z0-9]+)\": ?");

  private static Snapshot client() {
    History history = new History();
    Figures figures =
        Samples.client(
            Samples.session(
                Samples.SESSION,
                new LossTotals(1_000, 999),
                Samples.path(0, 1_000, 900),
                Samples.path(1, 1_000, 800)));
    history.add(Samples.TIME, 0, figures);
    return Samples.snapshot("mpclient", figures, history.trends());
  }

  private static String json(Snapshot snapshot) {
    return StatusJson.of(snapshot, address -> address.getAddress().getHostAddress(), true);
  }

  private static Set<String> fields(String json) {
    return FIELD
        .matcher(json)
        .results()
        .map(field -> field.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The examples under a heading. */
  private static String documented(String heading) throws IOException {
    String text = Files.readString(Path.of("../docs/status.md"));
    int from = text.indexOf("\n## " + heading + "\n");
    int to = text.indexOf("\n## ", from + 1);
    return text.substring(from, to);
  }

  private static String example(String section) {
    int from = section.indexOf("```json\n") + "```json\n".length();
    return section.substring(from, section.indexOf("\n```", from));
  }

  @Test
  void aClientsIsAsItIsDocumented() throws IOException {
    String json = json(client());
    assertEquals(fields(example(documented("`/api/status` of mpclient"))), fields(json));
    assertTrue(json.contains("\"loss\":{\"minute\":{\"out\":null"), "measured since a moment");
    assertTrue(json.contains("\"start\":{\"out\":0.1,\"in\":0.1}"), json);
    assertTrue(
        json.contains(
            "\"start\":{\"lossOut\":0.001,\"lossIn\":0.001,\"bestAloneOut\":0.1,"
                + "\"bestAloneIn\":0.1,\"meanAloneOut\":0.15,\"meanAloneIn\":0.15,"
                + "\"worstAloneOut\":0.2,\"worstAloneIn\":0.2}"),
        json);
    assertTrue(json.contains("\"spentBytes\":{\"out\":1400000,\"in\":1260000}"), json);
    assertTrue(json.contains("\"spentBytes\":{\"out\":1400010,\"in\":1120016}"), json);
    assertTrue(json.contains("\"since\":\"2026-11-27T17:00:00Z\""), json);
  }

  @Test
  void aBridgesIsAsItIsDocumented() throws IOException {
    Snapshot snapshot = Samples.snapshot("mpbridge", Samples.relay(), Trends.NONE);
    assertEquals(fields(example(documented("Of mpbridge"))), fields(json(snapshot)));
  }

  @Test
  void historyIsAsItIsDocumented() throws IOException {
    History history = new History();
    for (int i = 0; i < 3; i++) {
      history.add(
          Samples.TIME.plusSeconds(2L * i),
          TimeUnit.SECONDS.toNanos(2L * i),
          Samples.client(
              Samples.session(
                  Samples.SESSION,
                  new LossTotals(1_000L * i, 999L * i),
                  Samples.path(0, 1_000L * i, 900L * i))));
    }
    String json = history.json("mpclient", 0);
    assertEquals(fields(example(documented("`/api/history`"))), fields(json));
    assertTrue(json.contains("\"times\":[1795798800,1795798802,1795798804]"), json);
    assertTrue(json.contains("\"lossOut\":[null,0.1,0.1]"), json);
    assertTrue(json.contains("\"lossOut\":[null,0.001,0.001]"), json);
    assertTrue(json.contains("\"packetsOutPerSecond\":[null,500,500]"), json);
    assertTrue(json.contains("\"up\":[1,1,1]"), json);
    String later = history.json("mpclient", 1_795_798_802);
    assertTrue(later.contains("\"times\":[1795798804]"), later);
    assertTrue(later.contains("\"up\":[1]"), later);
    Trends.Trend trend = history.trends().of(Trends.Key.tunnel(Samples.SESSION));
    assertEquals(new LossTotals(2_000, 1_998), trend.minute().out());
  }

  @Test
  void windowsEndAndOldSeriesMakeRoom() {
    History history = new History();
    for (int i = 0; i < 2_000; i++) {
      // All is lost for a while, and then nothing.
      long lost = Math.min(i, 1_000);
      history.add(
          Samples.TIME.plusSeconds(2L * i),
          TimeUnit.SECONDS.toNanos(2L * i),
          Samples.client(
              Samples.session(
                  Samples.SESSION, new LossTotals(i, i - lost), Samples.path(0, i, i - lost))));
      if (i == 1_020) {
        Trends.Trend trend = history.trends().of(Trends.Key.tunnel(Samples.SESSION));
        assertEquals(new LossTotals(30, 20), trend.minute().out());
        assertEquals(new LossTotals(300, 20), trend.tenMinutes().out());
      }
    }
    for (int i = 0; i < 200; i++) {
      history.add(
          Samples.TIME.plusSeconds(4_000 + 2L * i),
          TimeUnit.SECONDS.toNanos(4_000 + 2L * i),
          Samples.client(Samples.session(1_000 + i, new LossTotals(1, 1), Samples.path(0, 1, 1))));
    }
    String json = history.json("mpclient", 0);
    int series = json.split("\"session\":", -1).length - 1;
    assertEquals(History.MOST_SERIES, series);
    assertTrue(json.contains(StatusJson.id(1_199)), "the newest");
  }

  @Test
  void theTerminalIsShownTheSame() {
    String text = StatusText.of(client(), "totals\n");
    assertTrue(text.contains("mpclient 0.1.0, up 1h 00m: listening on 127.0.0.1:3000"), text);
    assertTrue(
        text.contains(
            "lost, start       tunnel 0.10% out, 0.10% in; best path alone 10.00%, 10.00%;"
                + " worst 20.00%, 20.00%"),
        text);
    assertTrue(text.contains("totals\n"), text);
    assertTrue(text.contains("path <vps> is down"), text);
    assertFalse(text.contains("new keys"), "no news");
  }

  @Test
  void theTerminalTellsSessionsApart() {
    List<Figures.OfSession> sessions = new ArrayList<>();
    for (int i = 1; i <= 12; i++) {
      sessions.add(
          Samples.session(i, new LossTotals(9, 9), Samples.path(0, 9, 8), Samples.path(1, 9, 8)));
    }
    Snapshot snapshot = Samples.snapshot("mpserver", Samples.server(100, sessions), Trends.NONE);
    assertEquals(sessions.subList(0, 10), StatusText.shown(snapshot).sessions());
    List<String> lines = StatusText.of(snapshot, "totals\n").lines().toList();
    int first = lines.indexOf("client alice 0000000000000001");
    assertTrue(lines.get(first + 1).startsWith("vps0.example.org:4000 "), lines.toString());
    assertTrue(lines.get(first + 2).startsWith("vps1.example.org:4000 "), lines.toString());
    assertEquals("client alice 0000000000000002", lines.get(first + 3));
    assertEquals("and 90 more", lines.get(first + 30));
    assertEquals("totals", lines.get(first + 31));
    assertFalse(StatusText.of(client(), "").contains("client alice"), "of a client alone");
  }

  @Test
  void metricsAreWhatTheSnapshotSays() {
    String text = Metrics.text(client());
    assertTrue(
        text.contains(
            "mptunnel_path_arrived_packets_total{client=\"alice\",direction=\"out\","
                + "path=\"vps0.example.org:4000\",session=\"0123456789abcdef\"} 900.0\n"),
        text);
    assertTrue(text.contains("mptunnel_path_rtt_seconds_bucket{"), text);
    assertTrue(text.contains("mptunnel_dropped_packets_total{reason=\"congested\"} 0.0\n"), text);
    assertTrue(
        text.contains(
            "mptunnel_repair_held_seconds{client=\"alice\",session=\"0123456789abcdef\","
                + "quantile=\"0.99\"} 4.4E-5\n"),
        text);
    assertTrue(
        text.contains("mptunnel_build_info{program=\"mpclient\",version=\"0.1.0\"} 1\n"), text);
    assertTrue(text.contains("mptunnel_ready 1.0\n"), text);
    String server =
        Metrics.text(
            Samples.snapshot(
                "mpserver", Samples.server(1, client().figures().sessions()), Trends.NONE));
    assertTrue(server.contains("mptunnel_loop_packets_total{loop=\"2\"} 50.0\n"), server);
    assertTrue(server.contains("mptunnel_destinations_asked_total 40.0\n"), server);
    String relay = Metrics.text(Samples.snapshot("mpbridge", Samples.relay(), Trends.NONE));
    assertTrue(
        relay.contains(
            "mptunnel_bridge_bytes_total{direction=\"in\",server=\"1.2.3.4:2000\","
                + "transport=\"udp\"} 12600.0\n"),
        relay);
  }
}

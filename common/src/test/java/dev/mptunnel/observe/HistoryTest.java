package dev.mptunnel.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.core.LossTotals;
import dev.mptunnel.core.PathReport;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

class HistoryTest {

  private final History history = new History();
  private int samples;
  private long nanos = -1;

  private void add(Figures figures) {
    history.add(Samples.TIME.plusSeconds(2L * samples), nanos, figures);
    samples++;
    nanos += TimeUnit.SECONDS.toNanos(2);
  }

  /** A path that loses nothing of ten packets a sample while it is up, and is sent none else. */
  private static PathReport path(int id, int sample, IntPredicate up) {
    long sent = 0;
    for (int i = 1; i <= sample; i++) {
      sent += up.test(i) ? 10 : 0;
    }
    PathReport.State state = up.test(sample) ? PathReport.State.UP : PathReport.State.DOWN;
    return Samples.path(id, state, sent, sent);
  }

  @Test
  void whatIsSentWhileAPathIsDownItWouldHaveLost() {
    Figures figures = null;
    for (int i = 0; i <= 300; i++) {
      figures =
          Samples.client(
              Samples.session(
                  Samples.SESSION,
                  new LossTotals(10L * i, 10L * i),
                  path(0, i, sample -> sample % 30 < 15),
                  path(1, i, sample -> sample % 30 >= 15),
                  path(2, i, _ -> false)));
      add(figures);
    }
    Snapshot snapshot = Samples.snapshot("mpclient", figures, history.trends());
    for (Headline headline :
        List.of(
            Headline.minute(snapshot), Headline.tenMinutes(snapshot), Headline.start(snapshot))) {
      assertEquals(0, headline.tunnel().out().share());
      assertEquals(0.5, headline.best().out().share(), 0.01);
      assertEquals(0.5, headline.best().in().share(), 0.01);
      assertEquals(2 / 3.0, headline.mean().out().share(), 0.01);
      assertEquals(1, headline.worst().out().share());
    }
    String json = StatusJson.of(snapshot, _ -> "", false);
    assertTrue(json.contains("\"start\":{\"out\":1,\"in\":1}"), json);
    String last = history.json("mpclient", Samples.TIME.getEpochSecond() + 2 * 298);
    assertTrue(
        last.contains("\"name\":\"vps2.example.org:4000\",\"up\":[0,0],\"lossOut\":[1,1]"), last);
  }

  @Test
  void whereNothingIsSentAPathThatIsDownStillLosesAll() {
    for (int i = 0; i < 3; i++) {
      add(
          Samples.client(
              Samples.session(Samples.SESSION, LossTotals.NONE, path(0, i, sample -> sample < 1))));
    }
    String json = history.json("mpclient", 0);
    assertTrue(json.contains("\"up\":[1,0,0],\"lossOut\":[null,1,1]"), json);
  }

  private static List<Figures.OfSession> sessions(int count, int paths, long sent) {
    List<Figures.OfSession> sessions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      PathReport[] all = new PathReport[paths];
      for (int id = 0; id < paths; id++) {
        all[id] = Samples.path(id, sent, sent - sent / 10);
      }
      sessions.add(Samples.session(1_000 + i, new LossTotals(sent, sent), all));
    }
    return sessions;
  }

  @Test
  void allSessionsListedHaveTheirLossAndWholeOnesTheirCharts() {
    for (int i = 0; i < 3; i++) {
      add(Samples.server(64, sessions(64, 4, 100L * i)));
    }
    Trends trends = history.trends();
    for (int i = 0; i < 64; i++) {
      assertEquals(200, trends.of(Trends.Key.tunnel(1_000 + i)).minute().out().sent());
      var key = new Trends.Key(1_000 + i, 3, "vps3.example.org:4000");
      assertEquals(new LossTotals(200, 180), trends.of(key).tenMinutes().in());
    }
    String json = history.json("mpserver", 0);
    assertEquals(12 * 5, json.split("\"session\":", -1).length - 1, "of twelve sessions all");
    for (int i = 0; i < 12; i++) {
      String id = "\"session\":\"" + StatusJson.id(1_000 + i) + '"';
      assertEquals(5, json.split(id, -1).length - 1, id);
    }
    for (int i = 0; i < 3; i++) {
      add(Samples.server(52, sessions(64, 4, 300).subList(12, 64)));
    }
    assertTrue(history.json("mpserver", 0).contains(StatusJson.id(1_023)), "there is room again");
  }

  @Test
  void aSessionThatWasNotListedForAWhileIsNoSpike() {
    Figures.OfSession other = sessions(1, 1, 0).getFirst();
    for (int i = 0; i < 320; i++) {
      Figures.OfSession its =
          Samples.session(Samples.SESSION, new LossTotals(10L * i, 10L * i), path(0, i, _ -> true));
      boolean isListed = i < 4 || i >= 304;
      add(Samples.server(2, isListed ? List.of(other, its) : List.of(other)));
    }
    String json = history.json("mpserver", 0);
    assertFalse(json.contains("1505"), "all that was sent meanwhile, in one sample");
    assertTrue(json.contains(",5,5,5]"), json);
  }

  @Test
  void aClockThatIsPutRightForgetsNothing() {
    add(Samples.client(sessions(1, 1, 10).getFirst()));
    add(Samples.client(sessions(1, 1, 20).getFirst()));
    samples -= 2;
    for (int i = 3; i < 7; i++) {
      add(Samples.client(sessions(1, 1, 10L * i).getFirst()));
    }
    long start = Samples.TIME.getEpochSecond();
    String json = history.json("mpclient", 0);
    List<Long> times = List.of(start, start + 2, start + 3, start + 4, start + 5, start + 6);
    assertTrue(json.contains("\"times\":" + times.toString().replace(" ", "")), json);
  }

  @Test
  void timesAscendThoughTheClockIsPutBack() {
    add(Samples.client(sessions(1, 1, 10).getFirst()));
    add(Samples.client(sessions(1, 1, 20).getFirst()));
    samples -= 100;
    add(Samples.client(sessions(1, 1, 30).getFirst()));
    add(Samples.client(sessions(1, 1, 40).getFirst()));
    long back = Samples.TIME.getEpochSecond() - 196;
    String json = history.json("mpclient", 0);
    assertTrue(json.contains("\"times\":[" + back + "," + (back + 2) + "]"), json);
    assertTrue(json.contains("\"packetsOutPerSecond\":[5,5]"), json);
    assertEquals(
        json,
        history.json("mpclient", Samples.TIME.getEpochSecond() + 2),
        "for who has seen times that are yet to come");
    assertTrue(history.json("mpclient", back + 2).contains("\"times\":[]"), "nothing new");
  }
}

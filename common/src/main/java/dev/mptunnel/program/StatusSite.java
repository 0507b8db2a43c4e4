package dev.mptunnel.program;

import dev.mptunnel.net.Addresses;
import dev.mptunnel.net.http.Answer;
import dev.mptunnel.net.http.Site;
import dev.mptunnel.observe.LogEvent;
import dev.mptunnel.observe.Metrics;
import dev.mptunnel.observe.Snapshot;
import dev.mptunnel.observe.StatusJson;
import dev.mptunnel.observe.StatusText;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is served of a {@link Watch}: docs/status.md lists it. Each is made once for a snapshot. */
final class StatusSite implements Site {

  private static final String JSON = "application/json";
  private static final String NOTHING = "there is no such thing";
  private static final String PAGE = "/dev/mptunnel/observe/page/";

  /** Whose loops have not answered for so long is not healthy. */
  private static final double STUCK_SECONDS = 10;

  /** What is older was made for somebody who has gone. */
  private static final double FRESH_SECONDS = 2;

  /** An hour's samples, where some were taken late. */
  private static final Duration KEPT = Duration.ofMinutes(70);

  /** What is in that folder, and nowhere else: there is no slash in it, nor two dots. */
  private static final Pattern FILE = Pattern.compile("/([A-Za-z0-9]+(?:\\.[a-z]+)*\\.(?:js|css))");

  private final Watch watch;
  private final Function<Snapshot, String> totals;
  private final Made status = new Made();
  private final Made live = new Made();
  private final Made metrics = new Made();
  private final Made history = new Made();

  /**
   * A site.
   *
   * @param totals a snapshot's table of all since the start
   */
  StatusSite(Watch watch, Function<Snapshot, String> totals) {
    this.watch = watch;
    this.totals = totals;
  }

  /** What was made last, and of what. */
  private static final class Made {
    private Instant of;
    private Answer answer;

    synchronized Answer get(Snapshot snapshot, Supplier<Answer> maker) {
      if (!snapshot.time().equals(of)) {
        answer = maker.get();
        of = snapshot.time();
      }
      return answer;
    }
  }

  @Override
  public CompletableFuture<Answer> get(String target) {
    int query = target.indexOf('?');
    String path = query < 0 ? target : target.substring(0, query);
    return switch (path) {
      case "/api/status" -> later(snapshot -> status.get(snapshot, () -> status(snapshot)));
      case LONG -> {
        long since = since(query < 0 ? "" : target.substring(query + 1));
        yield since < 0
            ? CompletableFuture.completedFuture(
                Answer.text(400, "expected since=SECONDS, or nothing"))
            : later(snapshot -> history(snapshot, since));
      }
      case "/metrics" -> later(snapshot -> metrics.get(snapshot, () -> metrics(snapshot)));
      case "/table" ->
          later(
              snapshot ->
                  Answer.of(
                      "text/plain; charset=utf-8",
                      StatusText.of(snapshot, totals.apply(snapshot))));
      case "/healthz" -> CompletableFuture.completedFuture(health());
      case "/readyz" -> later(StatusSite::readiness);
      default -> CompletableFuture.completedFuture(file(path));
    };
  }

  private CompletableFuture<Answer> later(Function<Snapshot, Answer> maker) {
    CompletableFuture<Answer> answer = new CompletableFuture<>();
    watch
        .fresh()
        .thenAccept(
            snapshot -> {
              try {
                watch.execute(
                    () -> answer.complete(snapshot == null ? starting() : make(maker, snapshot)));
              } catch (RejectedExecutionException e) {
                answer.complete(Answer.text(503, "the program ends"));
              }
            });
    return answer;
  }

  private static Answer make(Function<Snapshot, Answer> maker, Snapshot snapshot) {
    try {
      return maker.apply(snapshot);
    } catch (RuntimeException e) {
      return Answer.text(500, "internal error: " + e);
    }
  }

  private static Answer starting() {
    return Answer.text(503, "the program has only just started, or ends");
  }

  private static Answer status(Snapshot snapshot) {
    return Answer.of(JSON, StatusJson.of(snapshot, Addresses::text, true));
  }

  /** What all of it is, is made once; what is new is little. */
  private Answer history(Snapshot snapshot, long since) {
    boolean isAll = since < oldest(snapshot).getEpochSecond();
    Supplier<Answer> maker =
        () -> Answer.of(JSON, watch.history().json(snapshot.program(), isAll ? 0 : since));
    return isAll ? history.get(snapshot, maker) : maker.get();
  }

  /** A time before which there is no sample. */
  private static Instant oldest(Snapshot snapshot) {
    Instant kept = snapshot.time().minus(KEPT);
    return kept.isBefore(snapshot.started()) ? snapshot.started() : kept;
  }

  /**
   * @return 0 for all, -1 for what is not understood
   */
  private static long since(String query) {
    if (query.isEmpty()) {
      return 0;
    }
    return query.matches("since=[0-9]{1,15}") ? Long.parseLong(query.substring(6)) : -1;
  }

  private static Answer metrics(Snapshot snapshot) {
    return Answer.of(Metrics.CONTENT_TYPE, Metrics.text(snapshot));
  }

  private Answer health() {
    return watch.silentSeconds() > STUCK_SECONDS
        ? Answer.text(503, "the threads that move datagrams do not answer")
        : Answer.text(200, "ok");
  }

  private static Answer readiness(Snapshot snapshot) {
    String notReady = snapshot.figures().notReady();
    return notReady == null ? Answer.text(200, "ready") : Answer.text(503, notReady);
  }

  private static Answer file(String path) {
    Matcher matcher = FILE.matcher(path);
    if (!path.equals("/") && !matcher.matches()) {
      return Answer.text(404, NOTHING);
    }
    String name = path.equals("/") ? "index.html" : matcher.group(1);
    try (InputStream file = StatusSite.class.getResourceAsStream(PAGE + name)) {
      if (file == null) {
        return Answer.text(404, NOTHING);
      }
      byte[] bytes = file.readAllBytes();
      return new Answer(200, type(name), bytes, tag(bytes));
    } catch (IOException e) {
      return Answer.text(500, "the page cannot be read");
    }
  }

  private static String type(String name) {
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "html" -> "text/html; charset=utf-8";
      case "js" -> "text/javascript; charset=utf-8";
      default -> "text/css; charset=utf-8";
    };
  }

  private static String tag(byte[] bytes) {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      return '"' + HexFormat.of().formatHex(hash, 0, 12) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  @Override
  public Feed feed() {
    return new Events();
  }

  /** First all there is, then what is new. */
  private final class Events implements Feed {

    private Instant sent;
    private long lastEvent;

    @Override
    public String next() {
      Snapshot snapshot = watch.latest();
      boolean isOld = snapshot != null && sent == null && watch.age(snapshot) > FRESH_SECONDS;
      if (snapshot == null || isOld) {
        return ""; // a new one is made, since there is somebody now
      }
      StringBuilder text = new StringBuilder();
      if (sent == null) {
        text.append("retry: 2000\n\n");
        List<LogEvent> events = snapshot.events();
        lastEvent = events.isEmpty() ? 0 : events.getLast().number();
        append(text, "status", StatusJson.of(snapshot, Addresses::text, true));
      } else {
        for (LogEvent event : watch.journal().after(lastEvent)) {
          append(text, "event", StatusJson.of(event));
          lastEvent = event.number();
        }
        if (!snapshot.time().equals(sent)) {
          append(text, "status", live(snapshot));
        }
      }
      sent = snapshot.time();
      return text.toString();
    }

    private String live(Snapshot snapshot) {
      Answer made =
          live.get(
              snapshot, () -> Answer.of(JSON, StatusJson.of(snapshot, Addresses::text, false)));
      return new String(made.body(), StandardCharsets.UTF_8);
    }

    private static void append(StringBuilder text, String name, String data) {
      text.append("event: ").append(name).append("\ndata: ").append(data).append("\n\n");
    }
  }
}

package dev.mptunnel.harness.page;

import dev.mptunnel.harness.Seed;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/** Figures that a program might show, as {@code docs/status.md} writes them. */
final class Scene {

  private static final List<String> WINDOWS = List.of("minute", "tenMinutes", "start");
  private static final List<String> PLACES =
      List.of("vps1.example.org:4000", "vps2.example.org:4000", "lte", "home");

  private final Seed seed;
  private final RandomGenerator random;
  private final Map<String, Object> status;
  private final SceneHistory history;

  private Scene(String program, Seed seed) {
    this.seed = seed;
    random = seed.part("scene").generator();
    Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    history = new SceneHistory(now, seed.part("history").generator());
    status =
        map(
            "version",
            1,
            "program",
            program,
            "programVersion",
            "0.1.0",
            "started",
            now.minusSeconds(93_784).toString(),
            "time",
            now.toString(),
            "uptimeSeconds",
            93_784.25,
            "ready",
            true,
            "notReady",
            null,
            "engine",
            "native");
  }

  /** One by its name: client, many, fresh, server or bridge. */
  static Scene named(String name, Seed seed) {
    return switch (name) {
      case "client" -> client(seed, 3);
      case "many" -> client(seed, 64);
      case "fresh" -> fresh(seed);
      case "server" -> server(seed, 40);
      case "bridge" -> bridge(seed);
      default -> throw new IllegalArgumentException(name);
    };
  }

  /** An mpclient of an evening with so many paths. */
  static Scene client(Seed seed, int paths) {
    Scene scene = new Scene("mpclient", seed);
    scene.status.put("summary", "listening on 127.0.0.1:3000, paths vps1, vps2, lte, encrypted");
    Map<String, Object> session = scene.session(null, paths);
    if (paths > 1) {
      session.put("sharedBottlenecks", List.of(scene.shared(session)));
    }
    scene.put("sessions", new ArrayList<>(List.of(session)));
    scene.put(
        "socks", map("opening", 0, "waiting", 0, "associations", 1, "opened", 1_240, "refused", 2));
    scene.finish();
    scene.put("events", scene.events(session));
    return scene;
  }

  /** One that has just started: nothing is known yet. */
  static Scene fresh(Seed seed) {
    Scene scene = client(seed, 1);
    Map<String, Object> session = scene.within("sessions", 0);
    Map<String, Object> path = cast(list(session, "paths").getFirst());
    Map<String, Object> nothing = map("out", null, "in", null);
    for (String window : WINDOWS) {
      scene.within("headline", window).replaceAll((_, _) -> null);
      cast(session.get("loss")).put(window, nothing);
      cast(path.get("loss")).put(window, nothing);
    }
    path.put("state", "new");
    path.put("mtuBytes", null);
    cast(path.get("rttMillis")).replaceAll((_, _) -> null);
    cast(path.get("rttRecentMillis")).replaceAll((_, _) -> null);
    session.put("open", false);
    session.put("tunnels", List.of());
    scene.history.clear();
    scene.put("ready", false);
    scene.put("notReady", "the server does not answer");
    scene.put("events", List.of());
    return scene;
  }

  /** An mpserver with so many sessions. */
  static Scene server(Seed seed, int count) {
    Scene scene = new Scene("mpserver", seed);
    scene.status.put("summary", "listening on 0.0.0.0:2000, target 127.0.0.1:1194, encrypted");
    List<Object> sessions = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sessions.add(scene.session(i % 3 == 2 ? null : "client " + (i + 1), 1 + i % 4));
    }
    scene.put("sessions", sessions);
    scene.put("socks", null);
    scene.finish();
    scene.put("sessionsTotal", count + 100);
    scene.put("handedOver", 17);
    scene.put("destinations", map("asked", 40, "refused", 1));
    scene.put(
        "loops",
        List.of(map("sessions", 12, "packets", 918_273), map("sessions", 11, "packets", 812_345)));
    scene.put("events", scene.events(cast(sessions.getFirst())));
    return scene;
  }

  /** A bridge. */
  static Scene bridge(Seed seed) {
    Scene scene = new Scene("mpbridge", seed);
    scene.status.put("summary", "listening on 0.0.0.0:4000, forwarding to 1.2.3.4:2000");
    List<Object> servers = new ArrayList<>();
    for (String transport : List.of("udp", "tcp")) {
      Map<String, Object> bytes =
          map(
              "to",
              1_285_582_200L,
              "from",
              1_260_001_400L,
              "toPerSecond",
              350_000.5,
              "fromPerSecond",
              342_300.0);
      Map<String, Object> packets =
          map("to", 918_273, "from", 900_001, "toPerSecond", 250.0, "fromPerSecond", 244.5);
      servers.add(
          map(
              "name", "1.2.3.4:2000",
              "transport", transport,
              "packets", packets,
              "bytes", bytes,
              "refusals", 0));
      scene.history.server("1.2.3.4:2000 " + transport, 350_000);
    }
    scene.put(
        "bridge",
        map(
            "servers", servers,
            "clients",
                map(
                    "proven",
                    12,
                    "unproven",
                    1,
                    "evictedProven",
                    0,
                    "evictedUnproven",
                    0,
                    "expiredProven",
                    3,
                    "expiredUnproven",
                    9),
            "connections", map("proven", 24, "unproven", 0, "turnedAway", 0, "refusedFull", 0),
            "dropped",
                map("notSent", 0, "noAddress", 0, "noSocket", 0, "overRate", 3, "notRead", 0)));
    scene.process();
    scene.put(
        "events",
        List.of(
            scene.event(
                1, 300, "warning", "log", null, null, "server 1.2.3.4:2000 does not answer")));
    return scene;
  }

  /** What the program shows. */
  synchronized Map<String, Object> status() {
    return status;
  }

  /** The same at another time; every other second there is another sample. */
  synchronized Map<String, Object> next(Instant now) {
    status.put("time", now.truncatedTo(ChronoUnit.MILLIS).toString());
    history.grow(now);
    return status;
  }

  /** The samples later than that. */
  synchronized Map<String, Object> history(long since) {
    return history.since(since, (String) status.get("program"));
  }

  /** There is no history of the first session. */
  synchronized void forgetHistory() {
    history.forget((String) within("sessions", 0).get("id"));
  }

  /** The clock of the program is put back. */
  synchronized void putClockBack(long seconds) {
    history.putBack(seconds);
  }

  /** Puts a path of the first session into a state. */
  synchronized void setState(int path, String state) {
    Map<String, Object> its = cast(list(within("sessions", 0), "paths").get(path));
    its.put("state", state);
  }

  /** What the program tells when a path of the first session goes down or comes up. */
  synchronized Map<String, Object> stateEvent(int path, boolean up) {
    Map<String, Object> session = within("sessions", 0);
    String id = (String) session.get("id");
    String name = (String) cast(list(session, "paths").get(path)).get("name");
    return up
        ? event(900, 0, "info", "path-up", id, path, "path " + name + " is up")
        : event(901, 0, "warning", "path-down", id, path, "path " + name + " is down");
  }

  private Map<String, Object> session(String client, int paths) {
    String id = "%016x".formatted(random.nextLong());
    double busy = 0.2 + random.nextDouble();
    history.tunnel(id, 170_000 * busy);
    List<Object> all = new ArrayList<>();
    for (int i = 0; i < paths; i++) {
      all.add(path(id, i, paths, busy));
    }
    long sent = (long) (busy * 3_165_011);
    Map<String, Object> session = new LinkedHashMap<>();
    session.put("id", id);
    session.put("client", client);
    session.put("open", true);
    session.put("flows", 2);
    session.put("wholeBytes", 1_422);
    session.put(
        "datagrams",
        map(
            "out",
            sent,
            "in",
            sent - 431,
            "outPerSecond",
            120.5 * busy,
            "inPerSecond",
            118.0 * busy,
            "fragmentedOut",
            12,
            "duplicatesIn",
            2 * sent));
    session.put("loss", windows(0.0004));
    session.put("paths", all);
    session.put("sharedBottlenecks", List.of());
    session.put("repair", repair());
    session.put("tunnels", tunnels(all));
    session.put("connections", connections());
    return session;
  }

  private Map<String, Object> path(String session, int place, int paths, double busy) {
    String name =
        status.get("program").equals("mpserver")
            ? "path " + place
            : place < PLACES.size() ? PLACES.get(place) : "vps" + place + ".example.net:4000";
    boolean down = paths > 2 && place == paths - 1;
    double loss = 0.02 + 0.18 * random.nextDouble();
    double rtt = 20 + 60 * random.nextDouble();
    history.path(session, place, name, down, loss, rtt, 170_000 * busy);
    int wins = random.nextInt(10_000, 2_000_000);
    Map<String, Object> path = new LinkedHashMap<>();
    path.put("id", place);
    path.put("name", name);
    path.put("remote", "198.51.100.%d:4000".formatted(place + 1));
    path.put("state", down ? "down" : "up");
    path.put("mtuBytes", 1_492);
    path.put(
        "packets",
        map(
            "out",
            3_184_211,
            "in",
            3_102_011,
            "outPerSecond",
            down ? 0.0 : 124.5,
            "inPerSecond",
            down ? 0.0 : 122.0));
    path.put(
        "bytes",
        map(
            "out",
            (long) (4_457_880_000L * busy),
            "in",
            (long) (4_342_800_000L * busy),
            "outPerSecond",
            down ? 0.0 : rounded(174_300.0 * busy),
            "inPerSecond",
            down ? 0.0 : rounded(170_800.0 * busy)));
    path.put("spentBytes", map("out", 4_562_737_600L, "in", 4_348_042_880L));
    path.put("loss", windows(loss));
    path.put(
        "rttMillis",
        map(
            "smoothed",
            rounded(rtt),
            "p50",
            rounded(rtt),
            "p90",
            rounded(rtt * 1.1),
            "p99",
            rounded(rtt * 1.3),
            "max",
            212.2));
    path.put(
        "rttRecentMillis",
        map(
            "p50",
            down ? null : rounded(rtt),
            "p90",
            down ? null : rounded(rtt * 1.1),
            "p99",
            down ? null : rounded(rtt * 1.2),
            "max",
            down ? null : rounded(rtt * 1.2)));
    path.put("wins", wins);
    path.put("saves", wins / 100);
    return path;
  }

  private Map<String, Object> shared(Map<String, Object> session) {
    List<Object> paths = list(session, "paths");
    return map(
        "paths", List.of(0, 1),
        "names", List.of(cast(paths.get(0)).get("name"), cast(paths.get(1)).get("name")),
        "by", "loss",
        "share", 0.82,
        "since", status.get("started"));
  }

  private static Map<String, Object> repair() {
    return map(
        "holes",
        3_101,
        "asked",
        3_202,
        "repaired",
        3_050,
        "needless",
        8,
        "rebuilt",
        0,
        "givenUp",
        43,
        "withheld",
        0,
        "late",
        2,
        "resent",
        2_701,
        "unanswered",
        0,
        "spentBytes",
        5_300_000,
        "sentBytes",
        4_470_000_000L,
        "held",
        128_801,
        "heldMillis",
        map("p50", 21.3, "p99", 44.9));
  }

  private List<Object> tunnels(List<Object> paths) {
    List<Object> tunnels = new ArrayList<>();
    for (Object path : paths.subList(0, Math.min(paths.size(), 3))) {
      for (int i = 1; i <= 2; i++) {
        tunnels.add(
            map(
                "name",
                cast(path).get("name") + " " + i,
                "state",
                "up",
                "bytes",
                map(
                    "out",
                    104_857_600,
                    "in",
                    5_242_880,
                    "outPerSecond",
                    1_250_000.5,
                    "inPerSecond",
                    51_200.0),
                "capacityBytesPerSecond",
                6_100_000,
                "responseMillis",
                44.1,
                "inFlightBytes",
                262_144,
                "resentBytes",
                0,
                "idleSeconds",
                12.5));
      }
    }
    return tunnels;
  }

  private static Map<String, Object> connections() {
    Map<String, Object> one =
        map(
            "id",
            33,
            "to",
            "example.org:443",
            "ageSeconds",
            712.5,
            "bytes",
            map("out", 5_120, "in", 1_048_576));
    Map<String, Object> other =
        map("id", 35, "to", null, "ageSeconds", 12.0, "bytes", map("out", 0, "in", 1_500));
    return map(
        "now",
        2,
        "opened",
        17,
        "memoryBytes",
        524_288,
        "sentTwiceBytes",
        0,
        "tunnelsBroken",
        0,
        "strangers",
        0,
        "list",
        List.of(one, other));
  }

  /** Puts what follows from the sessions, and what all programs show. */
  private void finish() {
    Map<String, Object> headline = new LinkedHashMap<>();
    for (String window : WINDOWS) {
      Map<String, Object> its = new LinkedHashMap<>();
      for (String way : List.of("Out", "In")) {
        double[] losses =
            list(status, "sessions").stream()
                .flatMap(session -> list(cast(session), "paths").stream())
                .mapToDouble(
                    path -> (double) Json.at(path, "loss", window, way.toLowerCase(Locale.ROOT)))
                .sorted()
                .toArray();
        its.put("loss" + way, 0.0004);
        its.put("bestAlone" + way, losses[0]);
        its.put(
            "meanAlone" + way,
            IntStream.range(0, losses.length).mapToDouble(i -> losses[i]).average().orElseThrow());
        its.put("worstAlone" + way, losses[losses.length - 1]);
      }
      headline.put(window, its);
    }
    status.put("headline", headline);
    status.put("sessionsTotal", list(status, "sessions").size());
    status.put("loops", List.of());
    status.put("handedOver", 0);
    status.put(
        "dropped",
        map(
            "malformed",
            0,
            "unknownSession",
            2,
            "forged",
            0,
            "damaged",
            0,
            "misdirected",
            0,
            "unopened",
            0,
            "flowsTooFast",
            0,
            "flowsUnnamed",
            0,
            "targetsRefused",
            0,
            "piecesWithoutRoom",
            0,
            "incomplete",
            1,
            "tooLarge",
            0,
            "noPath",
            14,
            "congested",
            0,
            "notSent",
            0,
            "sentTooLate",
            0,
            "notRead",
            0));
    status.put(
        "handshakes",
        map(
            "answered",
            0,
            "refused",
            0,
            "evicted",
            0,
            "sessionsRefused",
            0,
            "cookiesSent",
            0,
            "hintsSent",
            0,
            "answersWithheld",
            0));
    process();
  }

  private void process() {
    status.put(
        "process",
        map(
            "heapUsedBytes",
            31_457_280,
            "heapMaxBytes",
            134_217_728,
            "cpuSeconds",
            1_312.75,
            "cpuShare",
            0.031,
            "openFiles",
            41,
            "maxOpenFiles",
            524_288,
            "threads",
            19));
    status.put("status", map("connections", 1, "streams", 1, "refusedRequests", 0));
  }

  private List<Object> events(Map<String, Object> session) {
    String id = (String) session.get("id");
    List<Object> paths = list(session, "paths");
    List<Object> events = new ArrayList<>();
    int number = 0;
    for (int i = 0; i < paths.size() && i < 4; i++) {
      String name = (String) cast(paths.get(i)).get("name");
      events.add(
          event(
              ++number,
              3_590 - i,
              "info",
              "path-up",
              id,
              i,
              "path " + name + " is up: round trip 43 ms"));
    }
    for (int ago = 3_000; ago > 600; ago -= 600) {
      events.add(event(++number, ago, "debug", "rekey", id, null, "the keys were renewed"));
    }
    String first = (String) cast(paths.getFirst()).get("name");
    events.add(
        event(
            ++number,
            640,
            "info",
            "path-moved",
            id,
            0,
            "path " + first + " moved from 203.0.113.4:40112 to 203.0.113.9:51544"));
    events.add(
        event(
            ++number,
            420,
            "info",
            "session-back",
            id,
            null,
            "the server was restarted, and is back in the session"));
    String last = (String) cast(paths.getLast()).get("name");
    events.add(
        event(
            ++number,
            186,
            "warning",
            "path-down",
            id,
            paths.size() - 1,
            "path " + last + " is down: 198.51.100.3:4000 does not answer"));
    return events;
  }

  private Map<String, Object> event(
      int number,
      int secondsAgo,
      String level,
      String kind,
      String session,
      Integer path,
      String text) {
    Instant time = Instant.now().minusSeconds(secondsAgo).truncatedTo(ChronoUnit.MILLIS);
    return map(
        "number",
        number,
        "time",
        time.toString(),
        "level",
        level,
        "kind",
        kind,
        "session",
        session,
        "path",
        path,
        "text",
        text);
  }

  private static Map<String, Object> windows(double loss) {
    Map<String, Object> windows = new LinkedHashMap<>();
    for (int i = 0; i < WINDOWS.size(); i++) {
      windows.put(
          WINDOWS.get(i), map("out", loss * (1 + 0.02 * i), "in", loss * (1.05 - 0.02 * i)));
    }
    return windows;
  }

  static double rounded(double value) {
    return Math.round(value * 10) / 10.0;
  }

  private void put(String key, Object value) {
    status.put(key, value);
  }

  /** What stands there in the status. */
  private Map<String, Object> within(String key, Object step) {
    return cast(Json.at(status, key, step));
  }

  private static List<Object> list(Map<String, Object> from, String key) {
    return castList(from.get(key));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> cast(Object value) {
    return (Map<String, Object>) value;
  }

  @SuppressWarnings("unchecked")
  private static List<Object> castList(Object value) {
    return (List<Object>) value;
  }

  static Map<String, Object> map(Object... keysAndValues) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      map.put((String) keysAndValues[i], keysAndValues[i + 1]);
    }
    return map;
  }

  @Override
  public String toString() {
    return status.get("program") + ", " + seed;
  }
}

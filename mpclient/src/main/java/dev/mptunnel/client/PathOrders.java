package dev.mptunnel.client;

import dev.mptunnel.config.BridgeLine;
import dev.mptunnel.config.ClientConfig;
import dev.mptunnel.config.ConfigException;
import dev.mptunnel.core.PathReport;
import dev.mptunnel.log.About;
import dev.mptunnel.net.Addresses;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.wire.Limits;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What {@code mpclient path} orders. */
final class PathOrders {

  private static final Logger LOG = LoggerFactory.getLogger(PathOrders.class);

  private final DatagramEngine engine;
  private final ClientSession session;
  private final ClientConfig config;
  private final boolean hasTunnels;

  /**
   * @param config what a reload would have it go over to, were it unchanged
   * @param hasTunnels whether TCP tunnels lead over each path
   */
  PathOrders(
      DatagramEngine engine, ClientSession session, ClientConfig config, boolean hasTunnels) {
    this.engine = engine;
    this.session = session;
    this.config = config;
    this.hasTunnels = hasTunnels;
  }

  /**
   * Does it. From any thread but the engine's.
   *
   * @return what to tell who ordered it
   * @throws IOException when it cannot; the message is for the user
   */
  String run(String order) throws IOException {
    String[] words = order.strip().split("\\s+", 2);
    String rest = words.length > 1 ? words[1] : "";
    return switch (words[0]) {
      case "add" -> add(rest);
      case "remove" -> onEngine(() -> remove(rest));
      case "pause" -> onEngine(() -> pause(rest));
      case "resume" -> onEngine(() -> resume(rest));
      case "list" -> onEngine(this::list);
      default ->
          throw new IOException(
              "'" + words[0] + "' is not known; expected add, remove, pause, resume or list");
    };
  }

  private String onEngine(Callable<String> work) throws IOException {
    try {
      return engine.call(work).join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException told) {
        throw told;
      }
      throw e;
    }
  }

  private String add(String written) throws IOException {
    Set<String> names = new HashSet<>();
    onEngine(
        () -> {
          session.paths().forEach(path -> names.add(path.name()));
          return "";
        });
    if (names.size() >= Limits.MAX_PATHS) {
      throw new IOException("there are " + names.size() + " paths; expected no more than that");
    }
    if (hasTunnels && !config.tcp().hasRoomFor(names.size() + 1)) {
      throw new IOException(
          "%d tunnels over each of %d paths are too many; expected fewer, by tunnels in the file"
              .formatted(config.tcp().tunnels(), names.size() + 1));
    }
    BridgeLine line = line(written, names);
    ClientPath path = session.open(line);
    engine.runAndWait(() -> session.add(path));
    return done(
        "path-added",
        "path " + line.name() + " added",
        config.bridges().contains(line)
            ? ""
            : "; it is not in the file, and a reload takes it out");
  }

  private BridgeLine line(String written, Set<String> names) throws IOException {
    try {
      return config.bridge(written, names);
    } catch (ConfigException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  private String remove(String name) throws IOException {
    ClientPath path = known(name);
    requireAnother(path);
    session.remove(path);
    return done(
        "path-removed",
        "path " + name + " removed",
        config.bridges().contains(path.line())
            ? "; it is in the file still, and a reload brings it back"
            : "");
  }

  private String pause(String name) throws IOException {
    ClientPath path = known(name);
    if (path.isPaused) {
      return "path " + name + " is paused already";
    }
    requireAnother(path);
    session.pause(path, true);
    return done(
        "path-paused",
        "path " + name + " paused",
        ", until 'path resume " + name + "' or a reload");
  }

  private String resume(String name) throws IOException {
    ClientPath path = known(name);
    if (!path.isPaused) {
      return "path " + name + " is not paused";
    }
    session.pause(path, false);
    return done("path-resumed", "path " + name + " resumed", "");
  }

  private static String done(String kind, String what, String more) {
    About.kind(kind, () -> LOG.info("{}, as was ordered", what));
    return what + more;
  }

  private ClientPath known(String name) throws IOException {
    ClientPath path = session.find(name);
    if (path == null) {
      throw new IOException(
          "there is no path '%s'; expected one of %s"
              .formatted(
                  name,
                  session.paths().stream()
                      .map(ClientPath::name)
                      .collect(Collectors.joining(", "))));
    }
    return path;
  }

  /** A session without a path that carries something would be of no use to anybody. */
  private void requireAnother(ClientPath path) throws IOException {
    if (session.paths().stream().allMatch(each -> each == path || each.isPaused)) {
      throw new IOException(
          "path %s is the only one in use; expected another one first, by 'path add' or 'path resume'"
              .formatted(path.name()));
    }
  }

  private String list() {
    List<PathReport> reports = session.current().report().paths();
    int width = reports.stream().mapToInt(path -> path.name().length()).max().orElse(0);
    String row = "%-" + Math.max(1, width) + "s  %-10s  %-21s  %s";
    return reports.stream()
        .map(
            path ->
                row.formatted(
                        path.name(),
                        path.state().name().toLowerCase(Locale.ROOT),
                        path.remote() == null ? "-" : Addresses.text(path.remote()),
                        path.smoothedRttNanos() == 0
                            ? ""
                            : "%.1f ms".formatted(path.smoothedRttNanos() / 1e6))
                    .stripTrailing())
        .collect(Collectors.joining("\n"));
  }
}

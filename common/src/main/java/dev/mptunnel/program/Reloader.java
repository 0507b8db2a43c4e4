package dev.mptunnel.program;

import dev.mptunnel.config.Command;
import dev.mptunnel.config.ConfigException;
import dev.mptunnel.config.Configured;
import dev.mptunnel.config.StatusSettings;
import dev.mptunnel.log.About;
import dev.mptunnel.net.http.Answer;
import dev.mptunnel.net.http.Orders;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes a program while it runs: has it go over to what its configuration says now, or do what is
 * ordered. One thing at a time; from any thread but the program's own.
 */
final class Reloader<C> implements Orders {

  static final String RELOAD = "/api/reload";
  static final String PATH = "/api/path";

  private static final Logger LOG = LoggerFactory.getLogger(Reloader.class);

  private final Command<C> command;
  private final String[] args;
  private final Function<C, StatusSettings> status;
  private final Program.Reloadable<C> running;
  private final Observation observation;
  private final Systemd systemd;
  private Configured<C> configured;

  /**
   * A reloader of a program that has just started.
   *
   * @param args that it was started with
   * @param configured what they came to
   * @param status where its configuration says how it shows what it does
   */
  Reloader(
      Command<C> command,
      String[] args,
      Configured<C> configured,
      Function<C, StatusSettings> status,
      Program.Reloadable<C> running,
      Observation observation,
      Systemd systemd) {
    this.command = command;
    this.args = args.clone();
    this.configured = configured;
    this.status = status;
    this.running = running;
    this.observation = observation;
    this.systemd = systemd;
  }

  /**
   * Goes over to what the configuration says now, whole or not at all, and tells the log.
   *
   * @return what to tell whoever asked for it
   */
  synchronized Answer reload() {
    systemd.reloading();
    try {
      List<String> changes = apply(command.again(configured, args));
      observation.countReload(true);
      String what = changes.isEmpty() ? "nothing has changed" : String.join("; ", changes);
      About.kind("reload", () -> LOG.info("reloaded {}: {}", configured.source(), what));
      return Answer.text(200, "reloaded " + configured.source() + ": " + what);
    } catch (ConfigException | IOException e) {
      observation.countReload(false);
      About.kind(
          "reload-refused",
          () -> LOG.warn("reload refused, all goes on as before: {}", e.getMessage()));
      return Answer.text(400, e.getMessage());
    } catch (RuntimeException e) {
      observation.countReload(false);
      About.kind(
          "reload-refused",
          () -> LOG.error("a reload has failed, perhaps half done; a restart brings all", e));
      return Answer.text(500, "internal error: " + e);
    } finally {
      systemd.ready(running.summary());
    }
  }

  /** All of a reload is in here, once it is known that its configuration may be one. */
  private List<String> apply(Configured<C> to) throws IOException {
    StatusSettings before = status.apply(configured.config());
    boolean isStatusChanged = observation.reload(status.apply(to.config()));
    boolean done = false;
    try {
      List<String> changes = running.reload(to.config());
      done = true;
      configured = to;
      return isStatusChanged ? plus(changes, "status") : changes;
    } finally {
      if (!done) {
        observation.restore(before);
      }
    }
  }

  private static List<String> plus(List<String> changes, String one) {
    return Stream.concat(changes.stream(), Stream.of(one)).toList();
  }

  @Override
  public Answer post(String target, String body) {
    try {
      return switch (target) {
        case RELOAD -> reload();
        case PATH -> path(body);
        default -> Answer.text(404, "there is no such thing to order");
      };
    } catch (RuntimeException e) {
      LOG.error("ordered {}", target, e);
      return Answer.text(500, "internal error: " + e);
    }
  }

  private synchronized Answer path(String words) {
    try {
      return Answer.text(200, running.path(words));
    } catch (IOException e) {
      return Answer.text(400, e.getMessage());
    }
  }
}

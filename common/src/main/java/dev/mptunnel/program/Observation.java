package dev.mptunnel.program;

import dev.mptunnel.config.StatusSettings;
import dev.mptunnel.config.StatusSettings.Control;
import dev.mptunnel.log.Journal;
import dev.mptunnel.net.Addresses;
import dev.mptunnel.net.Closing;
import dev.mptunnel.net.http.ControlPlaces;
import dev.mptunnel.net.http.ControlSocket;
import dev.mptunnel.net.http.HttpServer;
import dev.mptunnel.net.http.Orders;
import dev.mptunnel.observe.ServingFigures;
import dev.mptunnel.observe.StatusText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All by which a running program is looked at; nothing, where it is looked at by none. */
final class Observation implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Observation.class);

  private final Watch watch;
  private final Journal journal;

  /** Null where there is none. */
  private volatile HttpServer server;

  private volatile ControlSocket control;
  private boolean isWatching;

  private final String program;
  private final StatusSite site;
  private StatusSettings settings;

  private Observation(
      String program,
      String engine,
      Program.Running running,
      Journal journal,
      StatusSettings settings) {
    this.program = program;
    this.journal = journal;
    this.settings = settings;
    watch = new Watch(program, engine, running, journal, this::serving, this::publish);
    site = new StatusSite(watch, snapshot -> running.table(StatusText.shown(snapshot)));
  }

  /**
   * Opens what the settings say, but for the control socket.
   *
   * @throws IOException when it cannot; the message is for the user
   */
  static Observation open(
      String program,
      String engine,
      Program.Running running,
      Journal journal,
      StatusSettings settings)
      throws IOException {
    Observation observation = new Observation(program, engine, running, journal, settings);
    boolean done = false;
    try {
      observation.server = observation.newServer(settings);
      journal.listen(observation::publish);
      done = true;
      return observation;
    } finally {
      if (!done) {
        observation.close();
      }
    }
  }

  /** Null where it is to listen nowhere. */
  private synchronized HttpServer newServer(StatusSettings its) throws IOException {
    if (its.listen().isEmpty()) {
      return null;
    }
    HttpServer opened = HttpServer.open(its.listen(), its.token(), site);
    LOG.info("status on http://{}/", Addresses.text(opened.addresses().getFirst()));
    startWatch();
    return opened;
  }

  private void startWatch() {
    if (!isWatching) {
      isWatching = true;
      watch.start();
    }
  }

  /**
   * Opens the control socket, as the settings say.
   *
   * @param orders what may be ordered there
   * @param environment the variables of the environment
   * @throws IOException when it cannot; the message is for the user
   */
  synchronized void openControl(Orders orders, Map<String, String> environment) throws IOException {
    switch (settings.control()) {
      case Control.Off _ -> {
        // Nobody asks.
      }
      case Control.At(Path path) -> control = openAt(path, orders);
      case Control.Auto _ -> control = openUsual(orders, environment);
    }
    if (control != null) {
      startWatch();
    }
  }

  /**
   * Shows it as these settings say from now on, where and to whom.
   *
   * @return whether that is something else
   * @throws IOException when it cannot, and goes on as before; the message is for the user
   */
  synchronized boolean reload(StatusSettings to) throws IOException {
    StatusSettings before = settings;
    if (to.listen().equals(before.listen()) && Objects.equals(to.token(), before.token())) {
      return false;
    }
    if (sharesPort(before, to)) {
      closeServer(); // two cannot listen there
    }
    boolean done = false;
    try {
      HttpServer opened = newServer(to);
      closeServer();
      server = opened;
      settings = to;
      done = true;
      return true;
    } finally {
      if (!done && server == null) {
        openAgain(before);
      }
    }
  }

  /** Goes back to how it was shown before; if that cannot be, the log tells. */
  void restore(StatusSettings before) {
    try {
      reload(before);
    } catch (IOException e) {
      LOG.warn("the status page does not go back to where it was: {}", e.getMessage());
    }
  }

  private static boolean sharesPort(StatusSettings before, StatusSettings to) {
    return before.listen().stream()
        .anyMatch(one -> to.listen().stream().anyMatch(other -> one.port() == other.port()));
  }

  /** What was to take its place cannot be had: the reason for that is the one to tell. */
  private void openAgain(StatusSettings before) {
    try {
      server = newServer(before);
    } catch (IOException e) {
      LOG.warn("the status page is lost: {}", e.getMessage());
    }
  }

  /** There was one more reload, or one was refused. By one thread at a time. */
  void countReload(boolean isDone) {
    watch.countReload(isDone);
  }

  private void closeServer() {
    HttpServer closing = server;
    server = null;
    if (closing != null) {
      closing.close();
    }
  }

  private ControlSocket openAt(Path path, Orders orders) throws IOException {
    try {
      return ControlSocket.open(path, site, orders);
    } catch (IOException e) {
      throw new IOException("control = " + path + ": " + e.getMessage(), e);
    }
  }

  /** Nobody asked for it, so it does without where there is no place. */
  private ControlSocket openUsual(Orders orders, Map<String, String> environment) {
    ControlPlaces places = new ControlPlaces(environment);
    long pid = ProcessHandle.current().pid();
    Path path = places.free(program, pid);
    if (path == null) {
      LOG.info(
          "'{} status' and 'reload' will not find this one: no folder of {} can be written;"
              + " set control to a path, or have systemd make one by RuntimeDirectory=mptunnel",
          program,
          places.text());
      return null;
    }
    try {
      return places.open(path, program, pid, place -> ControlSocket.open(place, site, orders));
    } catch (IOException e) {
      LOG.info("'{} status' and 'reload' will not find this one: {}", program, e.getMessage());
      return null;
    }
  }

  private ServingFigures serving() {
    HttpServer its = server;
    ServingFigures served = its == null ? ServingFigures.NONE : its.figures();
    long refused = served.refused() + (control == null ? 0 : control.refused());
    return new ServingFigures(served.connections(), served.streams(), refused);
  }

  private void publish() {
    HttpServer its = server;
    if (its != null) {
      its.publish();
    }
  }

  @Override
  public synchronized void close() {
    journal.listen(() -> {});
    Closing closing = new Closing().then(watch::close).then(this::closeServer);
    if (control != null) {
      closing.then(control::close);
    }
    closing.end();
  }
}

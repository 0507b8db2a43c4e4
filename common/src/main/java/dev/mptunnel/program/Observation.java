package dev.mptunnel.program;

import dev.mptunnel.config.StatusSettings;
import dev.mptunnel.config.StatusSettings.Control;
import dev.mptunnel.log.Journal;
import dev.mptunnel.net.Addresses;
import dev.mptunnel.net.Closing;
import dev.mptunnel.net.http.ControlPlaces;
import dev.mptunnel.net.http.ControlSocket;
import dev.mptunnel.net.http.HttpServer;
import dev.mptunnel.observe.ServingFigures;
import dev.mptunnel.observe.StatusText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All by which a running program is looked at; nothing, where it is looked at by none. */
final class Observation implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Observation.class);

  private final Watch watch;
  private final Journal journal;

  /** Null where there is none. */
  private HttpServer server;

  private ControlSocket control;

  private Observation(String program, String engine, Program.Running running, Journal journal) {
    this.journal = journal;
    watch = new Watch(program, engine, running, journal, this::serving, this::publish);
  }

  /**
   * Opens what the settings say.
   *
   * @param environment the variables of the environment
   * @throws IOException when it cannot; the message is for the user
   */
  static Observation open(
      String program,
      String engine,
      Program.Running running,
      Journal journal,
      StatusSettings settings,
      Map<String, String> environment)
      throws IOException {
    Observation observation = new Observation(program, engine, running, journal);
    boolean done = false;
    try {
      observation.open(program, running, settings, environment);
      journal.listen(observation::publish);
      done = true;
      return observation;
    } finally {
      if (!done) {
        observation.close();
      }
    }
  }

  private void open(
      String program,
      Program.Running running,
      StatusSettings settings,
      Map<String, String> environment)
      throws IOException {
    StatusSite site = new StatusSite(watch, snapshot -> running.table(StatusText.shown(snapshot)));
    if (!settings.listen().isEmpty()) {
      server = HttpServer.open(settings.listen(), settings.token(), site);
      LOG.info("status on http://{}/", Addresses.text(server.addresses().getFirst()));
    }
    switch (settings.control()) {
      case Control.Off _ -> {
        // Nobody asks.
      }
      case Control.At(Path path) -> control = openAt(path, site);
      case Control.Auto _ -> control = openUsual(program, site, environment);
    }
    if (server != null || control != null) {
      watch.start();
    }
  }

  private static ControlSocket openAt(Path path, StatusSite site) throws IOException {
    try {
      return ControlSocket.open(path, site);
    } catch (IOException e) {
      throw new IOException("control = " + path + ": " + e.getMessage(), e);
    }
  }

  /** Nobody asked for it, so it does without where there is no place. */
  private static ControlSocket openUsual(
      String program, StatusSite site, Map<String, String> environment) {
    ControlPlaces places = new ControlPlaces(environment);
    long pid = ProcessHandle.current().pid();
    Path path = places.free(program, pid);
    if (path == null) {
      LOG.info(
          "'{} status' will not find this one: no folder of {} can be written;"
              + " set control to a path, or have systemd make one by RuntimeDirectory=mptunnel",
          program,
          places.text());
      return null;
    }
    try {
      return places.open(path, program, pid, place -> ControlSocket.open(place, site));
    } catch (IOException e) {
      LOG.info("'{} status' will not find this one: {}", program, e.getMessage());
      return null;
    }
  }

  private ServingFigures serving() {
    ServingFigures served = server == null ? ServingFigures.NONE : server.figures();
    long refused = served.refused() + (control == null ? 0 : control.refused());
    return new ServingFigures(served.connections(), served.streams(), refused);
  }

  private void publish() {
    if (server != null) {
      server.publish();
    }
  }

  @Override
  public void close() {
    journal.listen(() -> {});
    Closing closing = new Closing().then(watch::close);
    if (server != null) {
      closing.then(server::close);
    }
    if (control != null) {
      closing.then(control::close);
    }
    closing.end();
  }
}

package dev.mptunnel.client.doctor;

import dev.mptunnel.config.BridgeLine;
import dev.mptunnel.config.ClientConfig;
import dev.mptunnel.doctor.Report;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.Engines;
import dev.mptunnel.net.RouteWatch;
import dev.mptunnel.net.StreamEngine;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Asks every bridge of a configuration whether it leads to the server, each in a session of its own
 * and from ports of its own, so that an mpclient which runs with the same configuration keeps what
 * it has.
 */
public final class Doctor {

  /** Each is a session, of which an invited client has 16. */
  private static final int AT_ONCE = 8;

  /** An invited client opens ten sessions a second. */
  private static final long STAGGER_NANOS = TimeUnit.MILLISECONDS.toNanos(120);

  private final InstantSource clock;

  /** A doctor by this clock, which the server's is compared with. */
  public Doctor(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * Asks all bridges; takes some ten seconds for every eight of them.
   *
   * @throws IOException when an engine cannot be had
   */
  public Report examine(ClientConfig config) throws IOException {
    List<Observation> seen = new ArrayList<>();
    try (DatagramEngine engine = Engines.open(config.sockets().engine(), "doctor");
        StreamEngine streams = Engines.openStreams(config.tcp().sockets().engine(), "doctor tcp")) {
      List<BridgeLine> bridges = config.bridges();
      for (int from = 0; from < bridges.size(); from += AT_ONCE) {
        List<BridgeLine> some = bridges.subList(from, Math.min(from + AT_ONCE, bridges.size()));
        seen.addAll(ask(engine, streams, config, some));
      }
    }
    return new Diagnosis(config, seen).report();
  }

  private List<Observation> ask(
      DatagramEngine engine, StreamEngine streams, ClientConfig config, List<BridgeLine> bridges) {
    List<Trial> trials = new ArrayList<>();
    Routing routing = new Routing();
    RouteWatch routes = RouteWatch.orNull(engine, routing);
    try {
      for (BridgeLine bridge : bridges) {
        Trial trial = new Trial(engine, streams, config, bridge, clock, () -> check(routes));
        trials.add(trial);
        if (trial.open() && routes != null) {
          engine.runAndWait(() -> routes.add(trial));
        }
      }
      for (int i = 0; i < trials.size(); i++) {
        trials.get(i).startIn(i * STAGGER_NANOS);
      }
      return trials.stream().map(trial -> trial.ended().join()).toList();
    } finally {
      engine.runAndWait(
          () -> {
            trials.forEach(Trial::close);
            if (routes != null) {
              routes.close();
            }
          });
    }
  }

  private static void check(RouteWatch routes) {
    if (routes != null) {
      routes.check();
    }
  }

  /** Hands on what is seen of routes. */
  private static final class Routing implements RouteWatch.Listener {

    @Override
    public void ledIntoTunnel(RouteWatch.Way way, RouteWatch.Detour detour) {
      ((Trial) way).onDetour(detour);
    }

    @Override
    public void ledOut(RouteWatch.Way way, String device) {
      // It led into one when it was asked.
    }
  }
}

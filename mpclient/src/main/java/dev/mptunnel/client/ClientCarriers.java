package dev.mptunnel.client;

import dev.mptunnel.config.OverTcp;
import dev.mptunnel.core.Endpoint;
import dev.mptunnel.core.Path;
import dev.mptunnel.core.Session;
import dev.mptunnel.net.CarrierPort;
import dev.mptunnel.net.EndpointDriver;
import dev.mptunnel.net.StreamEngine;
import dev.mptunnel.net.StreamOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Datagrams over TCP, a path more for each bridge: where UDP does not come through, for as long as
 * it does not. On the thread of the datagrams' engine.
 */
final class ClientCarriers {

  /**
   * UDP is given up after so many ticks without an answer, and trusted again after so many with.
   */
  private static final int TICKS_UNTIL_BLOCKED = 4;

  private static final int TICKS_UNTIL_FREE = 10;

  private static final long FIRST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long LAST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(15);

  private OverTcp choice;
  private final EndpointDriver driver;
  private final ClientLog log;
  private final List<Way> ways = new ArrayList<>();
  private boolean active;
  private boolean told;
  private int ticksSilent;
  private int ticksAnswered;

  /** Opens the engine of TCP sockets, if it is not open. */
  interface Streams {
    StreamEngine open() throws IOException;
  }

  private final Streams streams;

  ClientCarriers(OverTcp choice, EndpointDriver driver, Streams streams, ClientLog log) {
    this.choice = choice;
    this.driver = driver;
    this.streams = streams;
    this.log = log;
  }

  /** There is a bridge more. */
  Way addBridge(String name, StreamOptions options) {
    return new Way(name, options);
  }

  /** From the next tick on. */
  void choose(OverTcp wanted) {
    choice = wanted;
  }

  /**
   * One leaves the session: a path over UDP needs its place. It comes back once there is room.
   *
   * @return false if none is in it
   */
  boolean leave(long now, Session its) {
    for (Way way : ways) {
      if (way.session == its && way.pathId != ClientPath.NONE) {
        way.leave(now);
        return true;
      }
    }
    return false;
  }

  /**
   * A second has passed.
   *
   * @param next the session that is to take its place, or null: where no UDP comes through, the
   *     server would never hear of it otherwise
   * @param udpAnswers whether a path over UDP does
   * @param paths whose bridges they are
   */
  void onTick(long now, Session session, Session next, boolean udpAnswers, List<ClientPath> paths) {
    ticksAnswered = udpAnswers ? ticksAnswered + 1 : 0;
    ticksSilent = udpAnswers ? 0 : ticksSilent + 1;
    boolean wanted =
        switch (choice) {
          case OFF -> false;
          case ALWAYS -> true;
          case AUTO ->
              active ? ticksAnswered < TICKS_UNTIL_FREE : ticksSilent >= TICKS_UNTIL_BLOCKED;
        };
    if (wanted != active) {
      active = wanted;
      if (!wanted) {
        told = false;
        log.udpIsBack();
        ways.forEach(Way::hangUp);
      }
    }
    if (active) {
      for (ClientPath path : paths) {
        path.carrier.consider(now, session, path.address());
        if (path.nextCarrier != null) {
          path.nextCarrier.consider(now, next, path.address());
        }
      }
    }
  }

  /** The way over a bridge, of one session. */
  final class Way implements CarrierPort.Listener {

    private final String name;
    private StreamOptions options;
    private CarrierPort port;
    private Session session;
    private int pathId = ClientPath.NONE;

    /** Where packets travel to; null while they do not. */
    private InetSocketAddress remote;

    private boolean busy;
    private boolean paused;
    private boolean removed;
    private long nextNanos = Long.MIN_VALUE;
    private long pauseNanos = FIRST_PAUSE_NANOS;
    private long now;
    private long upNanos = Long.MAX_VALUE;

    Way(String name, StreamOptions options) {
      this.name = name;
      this.options = options.watched();
    }

    /** Another one over the same bridge, for another session. */
    Way another() {
      Way another = new Way(name, options);
      another.paused = paused;
      return another;
    }

    /** Whether it carries, which the server has answered. */
    boolean isUp() {
      Path path = pathId == ClientPath.NONE ? null : session.path(pathId);
      return path != null && path.isUp() && path.isProven();
    }

    void consider(long at, Session its, InetSocketAddress address) {
      now = at;
      session = its;
      if (remote != null && pathId == ClientPath.NONE && !paused) {
        driver.run(this::join); // there was no room
      }
      if (paused || busy || address == null || at < nextNanos) {
        return;
      }
      try {
        if (port == null) {
          port = driver.openCarrier(streams.open());
          ways.add(this);
        }
      } catch (IOException e) {
        log.warn(e.getMessage());
        nextNanos = Long.MAX_VALUE;
        return;
      }
      busy = true;
      nextNanos = at + pauseNanos;
      pauseNanos = Math.min(2 * pauseNanos, LAST_PAUSE_NANOS);
      port.dial(address, options, session.id(), this);
    }

    /** What is dialled from now on stays on a network interface; null for none. */
    void stayOn(String device) {
      options = options.keptOn(device);
    }

    /** From now on it carries nothing, or may again. */
    void pause(boolean isPaused) {
      paused = isPaused;
      if (isPaused) {
        hangUp();
      }
    }

    /**
     * The bridge is no more.
     *
     * @return the port to close once no session uses it, or {@link ClientPath#NONE}
     */
    int remove() {
      if (pathId != ClientPath.NONE) {
        driver.run(this::leave);
      }
      return forget();
    }

    /**
     * The session is no more, or only for what is on its way.
     *
     * @return as {@link #remove}
     */
    int forget() {
      removed = true;
      pathId = ClientPath.NONE;
      ways.remove(this);
      return port == null ? ClientPath.NONE : port.number();
    }

    private void leave(long at) {
      driver.endpoint().removePath(at, session, pathId);
      pathId = ClientPath.NONE;
    }

    private void join(long at) {
      String path = name + " by TCP";
      pathId =
          driver
              .endpoint()
              .addPath(at, session, new Endpoint.PathSpec(path, port.number(), remote));
    }

    void hangUp() {
      if (port != null) {
        port.hangUp();
      }
    }

    @Override
    public void onUp(InetSocketAddress to) {
      if (!active || paused || removed) {
        port.hangUp(); // it came too late
        return;
      }
      remote = to;
      if (pathId == ClientPath.NONE) {
        driver.run(this::join);
      } else {
        driver.run(at -> driver.endpoint().redirect(at, session, pathId, remote));
      }
      upNanos = now;
      if (choice == OverTcp.AUTO && !told) {
        told = true;
        log.overTcp();
      }
    }

    @Override
    public void onDown(InetSocketAddress from, IOException cause) {
      busy = false;
      remote = null;
      pauseNanos = now - LAST_PAUSE_NANOS > upNanos ? FIRST_PAUSE_NANOS : pauseNanos;
      upNanos = Long.MAX_VALUE;
      nextNanos = Math.max(nextNanos, now + pauseNanos);
      if (pathId != ClientPath.NONE) {
        driver.run(at -> driver.endpoint().redirect(at, session, pathId, null));
      }
    }
  }
}

package dev.mptunnel.client;

import dev.mptunnel.config.OverTcp;
import dev.mptunnel.core.Endpoint;
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

  private final OverTcp choice;
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

  /** A bridge; in the order of the paths. */
  void addBridge(String name, StreamOptions options) {
    ways.add(new Way(name, options));
  }

  /** What is dialled over the bridge from now on stays on a network interface; null for none. */
  void stayOn(int bridge, String device) {
    Way way = ways.get(bridge);
    way.options = way.options.keptOn(device);
  }

  /**
   * A second has passed.
   *
   * @param udpAnswers whether a path over UDP does
   * @param addresses of the bridges, in their order, null where not known
   */
  void onTick(long now, Session session, boolean udpAnswers, List<InetSocketAddress> addresses) {
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
    for (int i = 0; active && i < ways.size(); i++) {
      ways.get(i).consider(now, session, addresses.get(i));
    }
  }

  /** The way over a bridge. */
  private final class Way implements CarrierPort.Listener {

    private final String name;
    private StreamOptions options;
    private CarrierPort port;
    private Session session;
    private int pathId = -1;
    private boolean busy;
    private long nextNanos = Long.MIN_VALUE;
    private long pauseNanos = FIRST_PAUSE_NANOS;
    private long now;
    private long upNanos = Long.MAX_VALUE;

    Way(String name, StreamOptions options) {
      this.name = name;
      this.options = options.watched();
    }

    void consider(long at, Session its, InetSocketAddress address) {
      now = at;
      session = its;
      if (busy || address == null || at < nextNanos) {
        return;
      }
      try {
        port = port == null ? driver.openCarrier(streams.open()) : port;
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

    void hangUp() {
      if (port != null) {
        port.hangUp();
      }
    }

    @Override
    public void onUp(InetSocketAddress remote) {
      if (!active) {
        port.hangUp(); // it came too late
        return;
      }
      driver.run(
          at -> {
            Endpoint endpoint = driver.endpoint();
            if (pathId < 0) {
              String path = name + " by TCP";
              pathId =
                  endpoint.addPath(at, session, new Endpoint.PathSpec(path, port.number(), remote));
            } else {
              endpoint.redirect(at, session, pathId, remote);
            }
          });
      upNanos = now;
      if (choice == OverTcp.AUTO && !told) {
        told = true;
        log.overTcp();
      }
    }

    @Override
    public void onDown(InetSocketAddress remote, IOException cause) {
      busy = false;
      pauseNanos = now - LAST_PAUSE_NANOS > upNanos ? FIRST_PAUSE_NANOS : pauseNanos;
      upNanos = Long.MAX_VALUE;
      nextNanos = Math.max(nextNanos, now + pauseNanos);
      if (pathId >= 0) {
        driver.run(at -> driver.endpoint().redirect(at, session, pathId, null));
      }
    }
  }
}

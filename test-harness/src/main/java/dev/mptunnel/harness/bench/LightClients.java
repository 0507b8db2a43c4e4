package dev.mptunnel.harness.bench;

import dev.mptunnel.client.ClientEnd;
import dev.mptunnel.config.BridgeLine;
import dev.mptunnel.config.ClientConfig;
import dev.mptunnel.core.Endpoint;
import dev.mptunnel.core.Event;
import dev.mptunnel.core.Flow;
import dev.mptunnel.core.Session;
import dev.mptunnel.harness.tunnel.FreePorts;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.DatagramHandler;
import dev.mptunnel.net.DatagramPort;
import dev.mptunnel.net.EndpointDriver;
import dev.mptunnel.net.Engine;
import dev.mptunnel.net.PortOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Many clients, as far as a server can tell: each has a session, a host address of its own (of
 * Linux's 127.0.0.0/8), and a socket for each path. Behind that all are sessions of one endpoint on
 * one thread, and take their datagrams, one each in turn, from one socket; so one of them costs
 * some kilobytes.
 */
final class LightClients {

  /** So many handshakes are under way at once, … */
  private static final int TOGETHER = 50;

  /** … and so many begin in a second: a server guards itself against crowds. */
  private static final int PER_SECOND = 350;

  private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1) / PER_SECOND;

  private final DatagramEngine engine;
  private final ClientConfig config;
  private final int first;
  private final int count;
  private final EndpointDriver driver;
  private final Engine.EngineTimer tick;
  private final CompletableFuture<InetSocketAddress> ready = new CompletableFuture<>();

  // Of the engine's thread alone:

  private final List<LightClient> clients = new ArrayList<>();
  private final Set<Session> opening = new HashSet<>();
  private final List<Integer> ports = new ArrayList<>();
  private DatagramPort entry;
  private int turn;

  /** One of them, with its one application. */
  private static final class LightClient {

    private final Session session;
    private Flow flow;
    private InetSocketAddress application;

    private LightClient(Session session) {
      this.session = session;
    }
  }

  /**
   * Clients that are not started.
   *
   * @param first the number of the first one, beside which no other has the same
   */
  LightClients(DatagramEngine engine, ClientConfig config, int first, int count) {
    this.engine = engine;
    this.config = config;
    this.first = first;
    this.count = count;
    SecureRandom random = new SecureRandom();
    driver =
        new EndpointDriver(
            engine,
            ClientEnd.settings(config.session()),
            ClientEnd.security(config.security(), random),
            random,
            new Listener());
    tick = engine.newTimer(this::onTick);
  }

  /**
   * Starts all of them.
   *
   * @return where they take datagrams, once all of their paths have answered
   */
  CompletableFuture<InetSocketAddress> start() throws IOException {
    for (int i = 0; i < config.bridges().size(); i++) {
      ports.add(FreePorts.next());
    }
    PortOptions options =
        PortOptions.at(new InetSocketAddress("127.0.0.1", 0))
            .withBufferBytes(config.sockets().bufferBytes());
    entry = engine.open(options, new EntryHandler());
    engine.execute(this::onTick);
    return ready;
  }

  private void onTick() {
    if (opening.size() < TOGETHER) {
      try {
        openNext();
      } catch (IOException e) {
        ready.completeExceptionally(e);
        return;
      }
    }
    if (clients.size() < count) {
      tick.set(engine.nanoTime() + TICK_NANOS);
    }
  }

  private void openNext() throws IOException {
    InetAddress host = host(first + clients.size());
    List<Endpoint.PathSpec> specs = new ArrayList<>();
    for (BridgeLine bridge : config.bridges()) {
      InetSocketAddress local = new InetSocketAddress(host, ports.get(specs.size()));
      int port = driver.open(PortOptions.at(local).sentWhole());
      InetSocketAddress server =
          new InetSocketAddress(bridge.address().host(), bridge.address().port());
      specs.add(new Endpoint.PathSpec(bridge.name(), port, server));
    }
    driver.run(
        now -> {
          Session session = driver.endpoint().open(now, specs);
          opening.add(session);
          clients.add(new LightClient(session));
        });
  }

  /** Each has its own, since what a server grants to strangers it grants to each host. */
  static InetAddress host(int number) throws UnknownHostException {
    byte[] bytes = {127, (byte) (1 + (number >> 16)), (byte) (number >> 8), (byte) number};
    return InetAddress.getByAddress(bytes);
  }

  private void onPathUp(Session session) {
    for (int path = 0; path < config.bridges().size(); path++) {
      if (!session.path(path).isProven()) {
        return;
      }
    }
    opening.remove(session);
    if (opening.isEmpty() && clients.size() == count) {
      ready.complete(entry.localAddress());
    }
  }

  private final class EntryHandler implements DatagramHandler {

    @Override
    public void onDatagram(DatagramPort port, InetSocketAddress source, ByteBuffer datagram) {
      if (clients.size() < count) {
        return; // too early
      }
      LightClient next = clients.get(turn);
      turn = (turn + 1) % count;
      long now = engine.nanoTime();
      if (next.flow == null) {
        boolean ordered = config.passenger().isOrdered();
        next.flow = driver.endpoint().openFlow(now, next.session, null, ordered);
        next.flow.attach(next);
      }
      next.application = source;
      driver.endpoint().send(now, next.flow, datagram);
    }

    @Override
    public void onBatchEnd(DatagramPort port) {
      driver.finish();
    }

    @Override
    public void onError(DatagramPort port, IOException error) {
      // Nobody waits for answers any more.
    }
  }

  private final class Listener implements EndpointDriver.Listener {

    @Override
    public void deliver(Flow flow, ByteBuffer payload, int trafficClass) {
      if (flow.attachment() instanceof LightClient client) {
        driver.send(entry, payload, client.application);
      }
    }

    @Override
    public void event(Event event) {
      switch (event) {
        case Event.PathUp(Session session, _) -> onPathUp(session);
        case Event.FlowClosed(Flow flow) when flow.attachment() instanceof LightClient client ->
            client.flow = null;
        case Event.SessionRefused(Session session, var refusal) ->
            System.err.println(session + " is refused: " + refusal);
        default -> {
          // The endpoint sees to it.
        }
      }
    }
  }
}

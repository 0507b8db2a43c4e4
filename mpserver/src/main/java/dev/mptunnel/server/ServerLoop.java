package dev.mptunnel.server;

import dev.mptunnel.config.Protection;
import dev.mptunnel.config.ServerConfig;
import dev.mptunnel.core.Endpoint;
import dev.mptunnel.core.EndpointSettings;
import dev.mptunnel.core.Event;
import dev.mptunnel.core.Flow;
import dev.mptunnel.core.PlainSecurity;
import dev.mptunnel.core.SealedSecurity;
import dev.mptunnel.core.Security;
import dev.mptunnel.core.Session;
import dev.mptunnel.core.SessionReport;
import dev.mptunnel.core.TunnelKey;
import dev.mptunnel.crypto.ClientDirectory;
import dev.mptunnel.crypto.ServerKeys;
import dev.mptunnel.net.Closing;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.EndpointDriver;
import dev.mptunnel.net.SharedLimits;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One of a server's loops: the sessions that are on it, their endpoint and their sockets to the
 * targets, all on the thread of one engine and of nobody else's concern.
 */
final class ServerLoop {

  private final DatagramEngine engine;
  private SealedSecurity sealed;
  private final EndpointDriver driver;
  private final Destinations destinations;
  private final Targets targets;

  /**
   * A loop without sessions.
   *
   * @param clients those that have keys of their own
   * @param targetLogs what is told of the targets, by all loops together
   * @param resolver of the names that clients ask for
   * @param sockets how many may lead to these
   * @param local the program that is itself a target, or null
   * @param onEvent told on the loop's thread, when the loop has done its own part
   */
  ServerLoop(
      DatagramEngine engine,
      ServerConfig config,
      EndpointSettings settings,
      ClientDirectory clients,
      SharedLimits limits,
      TargetLogs targetLogs,
      NameThreads resolver,
      SocketBudget sockets,
      LocalTarget local,
      Consumer<Event> onEvent) {
    this.engine = engine;
    sealed =
        config.security().protection() == Protection.PLAIN
            ? null
            : SealedSecurity.responder(config.security().secret().serverKeys(), clients);
    driver =
        new EndpointDriver(
            engine, settings, security(), new SecureRandom(), new Listener(onEvent), limits);
    destinations = new Destinations(engine, config.access(), resolver, sockets);
    targets = new Targets(engine, driver, config, targetLogs, destinations, local);
    driver.endpoint().offer(targets.names());
  }

  /** How sessions are opened and kept whole. */
  Security security() {
    return sealed == null ? new PlainSecurity() : sealed;
  }

  EndpointDriver driver() {
    return driver;
  }

  /** Starts to ask for the targets' addresses. From any thread. */
  void start() {
    engine.runAndWait(targets::start);
  }

  /**
   * Goes over to another configuration. From any thread; returns when done.
   *
   * @param keys others, by which clients are to come from now on, or null
   * @param clients says who has keys of his own by then
   * @param onReviewed told of each session that is left, on the loop's thread
   */
  void reload(
      ServerConfig config,
      EndpointSettings settings,
      ServerKeys keys,
      Supplier<ClientDirectory> clients,
      Consumer<Session> onReviewed) {
    engine.runAndWait(
        () ->
            driver.run(
                now -> {
                  driver.endpoint().adjust(now, settings);
                  if (keys != null) {
                    sealed = SealedSecurity.responder(keys, clients.get());
                    driver.endpoint().secure(sealed);
                  } else if (sealed != null) {
                    sealed.clients(clients.get());
                  }
                  destinations.allow(config.access());
                  targets.reload(config);
                  driver.endpoint().sessions().forEach(onReviewed);
                }));
  }

  /** Looks a session up for its tunnels. From the tunnels' thread, and back to it. */
  void find(long sessionId, int epoch, Executor back, Consumer<ServerStreams.Admission> answer) {
    engine.execute(
        () -> {
          Endpoint endpoint = driver.endpoint();
          TunnelKey key = endpoint.tunnelKey(engine.nanoTime(), sessionId, epoch);
          ServerStreams.Admission admission =
              key == null ? null : admission(key, endpoint.session(sessionId));
          back.execute(() -> answer.accept(admission));
        });
  }

  private static ServerStreams.Admission admission(TunnelKey key, Session session) {
    return new ServerStreams.Admission(key, session.toString(), session.rights());
  }

  /**
   * Others may come from now on. From any thread.
   *
   * @param onReviewed told of each session that is left, on the loop's thread
   */
  void setClients(ClientDirectory clients, Consumer<Session> onReviewed) {
    engine.execute(
        () ->
            driver.run(
                _ -> {
                  sealed.clients(clients);
                  driver.endpoint().reviewClients();
                  targets.review();
                  driver.endpoint().sessions().forEach(onReviewed);
                }));
  }

  /** How many destinations were refused, or addresses of theirs. From any thread. */
  long refusedDestinations() {
    return destinations.refused();
  }

  /** The figures of its sessions. From any thread. */
  CompletableFuture<List<SessionReport>> reports() {
    return engine.call(() -> driver.endpoint().sessions().stream().map(Session::report).toList());
  }

  /** How much each of its sessions has carried. From any thread. */
  CompletableFuture<List<Carried>> carried() {
    return engine.call(
        () ->
            driver.endpoint().sessions().stream()
                .map(session -> new Carried(this, session.id(), session.carried()))
                .toList());
  }

  /** How much a session has carried. */
  record Carried(ServerLoop loop, long sessionId, long datagrams) {}

  /** The figures of those of these sessions that are still there. From any thread. */
  CompletableFuture<List<SessionReport>> reports(List<Carried> asked, boolean takesRecent) {
    return engine.call(
        () ->
            asked.stream()
                .map(each -> driver.endpoint().session(each.sessionId()))
                .filter(Objects::nonNull)
                .map(session -> session.report(takesRecent))
                .toList());
  }

  /** Tells its clients that we close, and closes the sockets. From any thread; waits for it. */
  void close() {
    engine.runAndWait(() -> new Closing().then(targets::close).then(driver::close).end());
  }

  @Override
  public String toString() {
    return targets.toString();
  }

  private final class Listener implements EndpointDriver.Listener {

    private final Consumer<Event> onEvent;

    Listener(Consumer<Event> onEvent) {
      this.onEvent = onEvent;
    }

    @Override
    public void deliver(Flow flow, ByteBuffer payload, int trafficClass) {
      targets.deliver(flow, payload, trafficClass);
    }

    @Override
    public void event(Event event) {
      switch (event) {
        case Event.FlowOpened(Flow flow) -> targets.open(flow);
        case Event.FlowClosed(Flow flow) -> targets.close(flow);
        default -> {
          // The server's.
        }
      }
      onEvent.accept(event);
    }
  }
}

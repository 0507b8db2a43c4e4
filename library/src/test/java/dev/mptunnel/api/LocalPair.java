package dev.mptunnel.api;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;

/** A server and a client of it on loopback. */
final class LocalPair implements AutoCloseable {

  static final InetSocketAddress LOOPBACK =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

  static final Duration SOON = Duration.ofSeconds(20);

  final StripeServer server;
  final StripeClient client;

  LocalPair() throws IOException {
    this(ServerOptions.defaults(), ClientOptions.defaults());
  }

  LocalPair(ServerOptions ofServer, ClientOptions ofClient) throws IOException {
    server = StripeServer.bind(LOOPBACK, ofServer);
    boolean done = false;
    try {
      client = StripeClient.connect(server.localAddress(), 2, ofClient.withConnectTimeout(SOON));
      done = true;
    } finally {
      if (!done) {
        server.close();
      }
    }
  }

  /** A connection, both ends. */
  Both open() throws IOException {
    Connection ours = client.openConnection();
    return new Both(ours, server.accept(SOON));
  }

  record Both(Connection ours, Connection theirs) {}

  /** Waits until no connection is left at either end, and nothing of what any has kept. */
  void awaitNone() throws InterruptedException {
    Conditions.await("no connection", () -> client.connections() + server.connections() == 0);
    Conditions.await(
        "nothing kept",
        () ->
            isNothing(client.statistics())
                && server.statistics().stream().allMatch(LocalPair::isNothing));
  }

  private static boolean isNothing(Statistics figures) {
    return figures.connections() == 0 && figures.keptBytes() == 0;
  }

  @Override
  public void close() {
    client.close();
    server.close();
  }
}

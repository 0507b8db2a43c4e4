package dev.mptunnel.server;

import dev.mptunnel.net.Engine;
import dev.mptunnel.net.Resolver;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.function.Consumer;

/** Resolves names beside an engine's thread, not too many at once. Used on that thread. */
final class NameQueries {

  private static final int AT_ONCE = 256;

  private final Engine engine;
  private final Resolver resolver;
  private int underWay;

  NameQueries(Engine engine, Resolver resolver) {
    this.engine = engine;
    this.resolver = resolver;
  }

  /**
   * Asks what a name stands for.
   *
   * @param answer is given all its addresses, none if it has none; on the engine's thread, not
   *     before this has returned
   */
  void ask(String host, Consumer<List<InetAddress>> answer) {
    if (underWay >= AT_ONCE) {
      engine.execute(() -> answer.accept(List.of()));
      return;
    }
    underWay++;
    Thread.ofVirtual().name("resolve " + host).start(() -> resolve(host, answer));
  }

  private void resolve(String host, Consumer<List<InetAddress>> answer) {
    List<InetAddress> found;
    try {
      found = List.copyOf(resolver.resolve(host));
    } catch (UnknownHostException e) {
      found = List.of();
    }
    List<InetAddress> addresses = found;
    engine.execute(
        () -> {
          underWay--;
          answer.accept(addresses);
        });
  }
}

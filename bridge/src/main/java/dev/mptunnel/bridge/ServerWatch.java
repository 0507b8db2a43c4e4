package dev.mptunnel.bridge;

import dev.mptunnel.config.HostPort;
import dev.mptunnel.net.Engine;
import dev.mptunnel.net.NameWatch;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Where a server is now, the same for all loops that forward to it: the packets of a session may
 * come by any of them. May be used from any thread.
 */
final class ServerWatch {

  /** A server with clients answers their pings well within this; then its name is asked again. */
  static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(3);

  /** So exactly it is known when the server answered, which every packet would have to say. */
  private static final long PRECISION_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final Engine engine;
  private final NameWatch name;

  /** Whether another address will be asked for, soon. */
  private final AtomicBoolean isAsking = new AtomicBoolean();

  private volatile InetSocketAddress address;

  private final CompletableFuture<Void> found = new CompletableFuture<>();

  /** When the server last answered, or was found. */
  private volatile long answeredNanos;

  /** Whether the name was asked since an answer was last told of. */
  private volatile boolean unconfirmed;

  /**
   * @param engine on whose thread names are asked for
   * @param log where what happens is told
   */
  ServerWatch(Engine engine, HostPort server, UpstreamLog log) {
    this.engine = engine;
    this.name =
        new NameWatch(
            engine,
            server.host(),
            server.port(),
            _ -> true,
            its -> {
              answeredNanos = engine.nanoTime();
              address = its;
              found.complete(null);
              log.found(its);
            },
            log::trouble);
  }

  /** Done once it is known where it is. */
  CompletableFuture<Void> found() {
    return found;
  }

  /** Where it is, or null while that is not known. */
  InetSocketAddress address() {
    return address;
  }

  /** Finds out where it is, unless that was tried a moment ago; at once on the engine's thread. */
  void resolve() {
    onEngine(
        () -> {
          unconfirmed = true;
          name.ask();
        });
  }

  /** One loop has waited for an answer in vain: asks again, unless another loop has got one. */
  void silent(long nowNanos) {
    if (nowNanos - answeredNanos > SILENCE_NANOS) {
      askForAnother();
    }
  }

  /** It is not there, or not any more: asks, and takes another address if the name has several. */
  void askForAnother() {
    if (!isAsking.getAndSet(true)) {
      onEngine(
          () -> {
            isAsking.set(false);
            unconfirmed = true;
            name.askForAnother();
          });
    }
  }

  void answered(long nowNanos) {
    if (nowNanos - answeredNanos >= PRECISION_NANOS) {
      answeredNanos = nowNanos;
    }
    if (unconfirmed) {
      unconfirmed = false;
      onEngine(name::confirm);
    }
  }

  private void onEngine(Runnable task) {
    CompletableFuture<Boolean> _ =
        engine.call(
            () -> {
              task.run();
              return true;
            });
  }
}

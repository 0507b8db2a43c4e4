package dev.mptunnel.server;

import dev.mptunnel.config.HostPort;
import dev.mptunnel.net.Engine;
import dev.mptunnel.net.NameWatch;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Where a target is: asked now and from time to time, for it may move behind its name. */
final class TargetAddress {

  private static final long REFRESH_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Engine engine;
  private final NameWatch name;
  private final Engine.EngineTimer refresh;
  private boolean closed;

  TargetAddress(
      Engine engine, HostPort target, Consumer<InetSocketAddress> onMoved, TargetLog log) {
    this.engine = engine;
    name =
        new NameWatch(
            engine,
            target.host(),
            target.port(),
            _ -> true,
            address -> onResolved(address, onMoved),
            log::trouble);
    refresh = engine.newTimer(this::start);
  }

  private void onResolved(InetSocketAddress address, Consumer<InetSocketAddress> onMoved) {
    name.confirm();
    if (!closed) {
      onMoved.accept(address);
    }
  }

  /** Asks, and goes on asking. */
  void start() {
    name.ask();
    long pause = name.address() == null ? TimeUnit.SECONDS.toNanos(1) : REFRESH_NANOS;
    refresh.set(engine.nanoTime() + pause);
  }

  /** Asks no more, and tells nothing more. */
  void close() {
    closed = true;
    refresh.cancel();
  }

  /** Where it is, or null while that is not known. */
  InetSocketAddress now() {
    return name.address();
  }

  /** It does not answer there: it may have moved. */
  void askForAnother() {
    name.askForAnother();
  }
}

package dev.mptunnel.bridge;

import dev.mptunnel.config.HostPort;
import dev.mptunnel.net.Engine;
import dev.mptunnel.net.NameWatch;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;

/**
 * A server that datagrams are forwarded to: where it is now, whether it answers, and what passed.
 * Used on the engine's thread.
 */
final class Upstream {

  /** A server with clients answers their pings well within this; then its name is asked again. */
  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(3);

  private final HostPort server;
  private final UpstreamLog log;
  private final NameWatch name;

  private boolean waiting;
  private long waitingSinceNanos;

  private long packetsTo;
  private long bytesTo;
  private long packetsFrom;
  private long bytesFrom;
  private long refusals;

  /**
   * @param log where what happens is told
   */
  Upstream(Engine engine, HostPort server, UpstreamLog log) {
    this.server = server;
    this.log = log;
    this.name =
        new NameWatch(
            engine,
            server.host(),
            server.port(),
            _ -> true,
            found -> {
              waiting = false;
              log.found(found);
            },
            log::trouble);
  }

  /** The server as written. */
  String name() {
    return server.toString();
  }

  /** Where it is, or null while that is not known. */
  InetSocketAddress address() {
    return name.address();
  }

  /** Finds out where it is, unless that was tried a moment ago. */
  void resolve() {
    name.ask();
  }

  void sent(long nowNanos, int bytes) {
    packetsTo++;
    bytesTo += bytes;
    if (!waiting) {
      waiting = true;
      waitingSinceNanos = nowNanos;
    } else if (nowNanos - waitingSinceNanos > SILENCE_NANOS) {
      waitingSinceNanos = nowNanos;
      name.askForAnother();
    }
  }

  void answered(int bytes) {
    packetsFrom++;
    bytesFrom += bytes;
    waiting = false;
    name.confirm();
    log.answered();
  }

  void refused() {
    refusals++;
    log.refused();
    name.askForAnother();
  }

  RelayReport.ServerRow report() {
    return new RelayReport.ServerRow(name(), packetsTo, bytesTo, packetsFrom, bytesFrom, refusals);
  }
}

package dev.mptunnel.bridge;

import dev.mptunnel.config.HostPort;
import dev.mptunnel.observe.RelayReport;
import java.net.InetSocketAddress;

/**
 * A server that one loop forwards to: where it is now, whether it answers, and what passed. Used on
 * the loop's thread.
 */
final class Upstream {

  private final HostPort server;
  private final UpstreamLog log;
  private final ServerWatch watch;

  private boolean waiting;
  private long waitingSinceNanos;

  private long packetsTo;
  private long bytesTo;
  private long packetsFrom;
  private long bytesFrom;
  private long refusals;

  /**
   * @param watch where the server is, for all loops
   * @param log where what happens is told
   */
  Upstream(HostPort server, ServerWatch watch, UpstreamLog log) {
    this.server = server;
    this.watch = watch;
    this.log = log;
  }

  /** The server. */
  HostPort place() {
    return server;
  }

  /** The server as written. */
  String name() {
    return server.toString();
  }

  /** Where it is, or null while that is not known. */
  InetSocketAddress address() {
    return watch.address();
  }

  /** Finds out where it is, unless that was tried a moment ago. */
  void resolve() {
    watch.resolve();
  }

  void sent(long nowNanos, int bytes) {
    packetsTo++;
    bytesTo += bytes;
    if (!waiting) {
      waiting = true;
      waitingSinceNanos = nowNanos;
    } else if (nowNanos - waitingSinceNanos > ServerWatch.SILENCE_NANOS) {
      waitingSinceNanos = nowNanos;
      watch.silent(nowNanos);
    }
  }

  void answered(long nowNanos, int bytes) {
    packetsFrom++;
    bytesFrom += bytes;
    waiting = false;
    watch.answered(nowNanos);
    log.answered();
  }

  void refused() {
    refusals++;
    log.refused();
    watch.askForAnother();
  }

  RelayReport.ServerRow report() {
    return new RelayReport.ServerRow(name(), packetsTo, bytesTo, packetsFrom, bytesFrom, refusals);
  }
}

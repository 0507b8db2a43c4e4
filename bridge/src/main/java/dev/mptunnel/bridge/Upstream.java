package dev.mptunnel.bridge;

import dev.mptunnel.config.HostPort;
import dev.mptunnel.net.Addresses;
import dev.mptunnel.net.Engine;
import dev.mptunnel.net.NameWatch;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server that datagrams are forwarded to: where it is now, whether it answers, and what passed.
 * Used on the engine's thread.
 */
final class Upstream {

  private static final Logger LOG = LoggerFactory.getLogger(Upstream.class);

  /** A server with clients answers their pings well within this; then its name is asked again. */
  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(3);

  private final HostPort server;
  private final String protocol;
  private final NameWatch name;

  private boolean refusedTold;
  private boolean waiting;
  private long waitingSinceNanos;

  private long packetsTo;
  private long bytesTo;
  private long packetsFrom;
  private long bytesFrom;
  private long refusals;

  /**
   * @param protocol by which we speak to it
   */
  Upstream(Engine engine, HostPort server, String protocol) {
    this.server = server;
    this.protocol = protocol;
    this.name =
        new NameWatch(
            engine,
            server.host(),
            server.port(),
            _ -> true,
            found -> {
              waiting = false;
              if (!Addresses.text(found.getAddress()).equals(server.host())) {
                LOG.info("{} is {}, by {}", server, Addresses.text(found), protocol);
              }
            },
            trouble -> LOG.warn("{}", trouble));
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
    if (refusedTold) {
      refusedTold = false;
      LOG.info("{} answers again, by {}", server, protocol);
    }
  }

  void refused() {
    refusals++;
    if (!refusedTold) {
      refusedTold = true;
      LOG.warn("{} refuses {}: is mpserver running there, at that port?", server, protocol);
    }
    name.askForAnother();
  }

  RelayReport.ServerRow report() {
    return new RelayReport.ServerRow(name(), packetsTo, bytesTo, packetsFrom, bytesFrom, refusals);
  }
}

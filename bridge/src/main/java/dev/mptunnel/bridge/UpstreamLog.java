package dev.mptunnel.bridge;

import dev.mptunnel.config.HostPort;
import dev.mptunnel.net.Addresses;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is told of a server, once for all loops that forward to it. Every thread may tell it. */
final class UpstreamLog {

  private static final Logger LOG = LoggerFactory.getLogger(UpstreamLog.class);

  private final HostPort server;
  private final String protocol;
  private volatile boolean refuses;
  private InetSocketAddress lastFound;
  private String lastTrouble;

  /**
   * @param protocol by which we speak to it
   */
  UpstreamLog(HostPort server, String protocol) {
    this.server = server;
    this.protocol = protocol;
  }

  synchronized void found(InetSocketAddress address) {
    lastTrouble = null;
    if (!address.equals(lastFound)) {
      lastFound = address;
      if (!Addresses.text(address.getAddress()).equals(server.host())) {
        LOG.info("{} is {}, by {}", server, Addresses.text(address), protocol);
      }
    }
  }

  synchronized void trouble(String trouble) {
    if (!trouble.equals(lastTrouble)) {
      lastTrouble = trouble;
      LOG.warn("{}", trouble);
    }
  }

  synchronized void refused() {
    if (!refuses) {
      refuses = true;
      LOG.warn("{} refuses {}: is mpserver running there, at that port?", server, protocol);
    }
  }

  /** With each answer, and so without waiting while there is nothing to tell. */
  void answered() {
    if (refuses) {
      tellThatItAnswers();
    }
  }

  private synchronized void tellThatItAnswers() {
    if (refuses) {
      refuses = false;
      LOG.info("{} answers again, by {}", server, protocol);
    }
  }
}

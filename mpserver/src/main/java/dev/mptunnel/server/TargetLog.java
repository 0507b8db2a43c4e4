package dev.mptunnel.server;

import dev.mptunnel.net.Addresses;
import java.net.InetSocketAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the server's user is told of one target: once when it fails, and once when it is back. Every
 * thread may tell it.
 */
final class TargetLog {

  private static final Logger LOG = LoggerFactory.getLogger(TargetLog.class);

  private final String target;
  private final String protocol;
  private volatile boolean refuses;
  private volatile String lastTrouble;

  /**
   * A log of nothing yet.
   *
   * @param name the target's, or null if it has none
   * @param protocol by which we speak to it
   */
  TargetLog(String name, String protocol) {
    target = name == null ? "target" : "target " + name;
    this.protocol = protocol;
  }

  /** Told once: as many flows as there are may meet the same trouble. */
  synchronized void trouble(String trouble) {
    if (!trouble.equals(lastTrouble)) {
      lastTrouble = trouble;
      LOG.warn("{}: {}", target, trouble);
    }
  }

  synchronized void refuses(InetSocketAddress address) {
    if (!refuses) {
      refuses = true;
      LOG.warn(
          "{} {} refuses {}: is the service running there, on {}?",
          target,
          Addresses.text(address),
          protocol.equals("UDP") ? "datagrams" : "connections",
          protocol);
    }
  }

  /** With each answer, and so without waiting while there is nothing to tell. */
  void answers(InetSocketAddress address) {
    if (refuses || lastTrouble != null) {
      tellThatItAnswers(address);
    }
  }

  private synchronized void tellThatItAnswers(InetSocketAddress address) {
    lastTrouble = null;
    if (refuses) {
      refuses = false;
      LOG.info("{} {} answers again", target, Addresses.text(address));
    }
  }
}

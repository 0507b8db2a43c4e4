package dev.mptunnel.server;

import dev.mptunnel.core.CloseReason;
import dev.mptunnel.core.Event;
import dev.mptunnel.net.Addresses;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the server's user is told of while it runs: a line when something changes, never more. */
final class ServerLog {

  private static final Logger LOG = LoggerFactory.getLogger(ServerLog.class);

  private boolean targetRefuses;
  private String lastTrouble;

  void event(Event event) {
    switch (event) {
      case Event.SessionOpened opened -> {
        if (!opened.again()) {
          LOG.info("client {} is here", opened.session());
        }
      }
      case Event.SessionSilent silent -> LOG.warn("client {} is silent", silent.session());
      case Event.SessionClosed closed ->
          LOG.info(
              "client {} is gone{}",
              closed.session(),
              closed.reason() == CloseReason.IDLE ? ": it was silent too long" : "");
      case Event.PathUp up ->
          LOG.info(
              "client {}: {} is up: {}, round trip {} ms",
              up.session(),
              up.path(),
              Addresses.text(up.path().remote()),
              TimeUnit.NANOSECONDS.toMillis(up.path().smoothedRttNanos()));
      case Event.PathDown down ->
          LOG.warn(
              "client {}: {} is down: {} does not answer",
              down.session(),
              down.path(),
              Addresses.text(down.path().remote()));
      case Event.PathMoved moved ->
          LOG.info(
              "client {}: {} moved from {} to {}",
              moved.session(),
              moved.path(),
              Addresses.text(moved.from()),
              Addresses.text(moved.path().remote()));
      case Event.FlowOpened opened -> LOG.debug("flow {} opened", opened.flow());
      case Event.FlowClosed closed -> LOG.debug("flow {} closed", closed.flow());
    }
  }

  /** Told once: as many flows as there are may meet the same trouble. */
  void targetTrouble(String trouble) {
    if (!trouble.equals(lastTrouble)) {
      lastTrouble = trouble;
      LOG.warn("target: {}", trouble);
    }
  }

  void targetRefuses(InetSocketAddress target) {
    if (!targetRefuses) {
      targetRefuses = true;
      LOG.warn(
          "target {} refuses datagrams: is the service running there, on UDP?",
          Addresses.text(target));
    }
  }

  void targetAnswers(InetSocketAddress target) {
    lastTrouble = null;
    if (targetRefuses) {
      targetRefuses = false;
      LOG.info("target {} answers again", Addresses.text(target));
    }
  }
}

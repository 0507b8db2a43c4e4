package dev.mptunnel.client;

import dev.mptunnel.core.CloseReason;
import dev.mptunnel.core.Event;
import dev.mptunnel.net.Addresses;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the client's user is told of while it runs: a line when something changes, never more. */
final class ClientLog {

  private static final Logger LOG = LoggerFactory.getLogger(ClientLog.class);

  void event(Event event) {
    switch (event) {
      case Event.SessionOpened opened ->
          LOG.info(opened.again() ? "the server is back" : "the server answers");
      case Event.SessionSilent silent ->
          LOG.warn(
              "no path leads to the server; trying on. Is mpserver running, and do the bridges"
                  + " lead to it?");
      case Event.SessionClosed closed -> {
        if (closed.reason() == CloseReason.PEER) {
          LOG.warn("the server has closed; trying until it is back");
        }
      }
      case Event.PathUp up ->
          LOG.info(
              "path {} is up: {}, round trip {} ms",
              up.path(),
              Addresses.text(up.path().remote()),
              TimeUnit.NANOSECONDS.toMillis(up.path().smoothedRttNanos()));
      case Event.PathDown down ->
          LOG.warn(
              "path {} is down: {} does not answer",
              down.path(),
              Addresses.text(down.path().remote()));
      case Event.PathMoved moved ->
          LOG.info(
              "path {} moved from {} to {}",
              moved.path(),
              Addresses.text(moved.from()),
              Addresses.text(moved.path().remote()));
      case Event.FlowOpened opened -> LOG.debug("flow {} opened", opened.flow().id());
      case Event.FlowClosed closed -> LOG.debug("flow {} closed", closed.flow().id());
    }
  }

  void pathTrouble(String path, String trouble) {
    LOG.warn("path {}: {}", path, trouble);
  }
}

package dev.mptunnel.client;

import dev.mptunnel.config.ClientSecurity;
import dev.mptunnel.core.CloseReason;
import dev.mptunnel.core.Event;
import dev.mptunnel.core.Refusal;
import dev.mptunnel.log.About;
import dev.mptunnel.net.Addresses;
import dev.mptunnel.net.RouteWatch;
import dev.mptunnel.net.StriperDriver;
import dev.mptunnel.observe.FragmentHint;
import dev.mptunnel.observe.SessionTable;
import dev.mptunnel.secret.Invitation;
import dev.mptunnel.stream.StreamError;
import dev.mptunnel.wire.Destination;
import dev.mptunnel.wire.Limits;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the client's user is told of while it runs: a line when something changes, never more. */
final class ClientLog implements RouteWatch.Listener {

  private static final Logger LOG = LoggerFactory.getLogger(ClientLog.class);

  /** So many destinations are told that may not be reached: others choose them. */
  private static final int REFUSED_TOLD = 64;

  private final Supplier<ClientSecurity> security;

  /** Used on the thread of TCP. */
  private final Set<Destination> toldRefused = new HashSet<>();

  /**
   * @param security how packets are protected now
   */
  ClientLog(Supplier<ClientSecurity> security) {
    this.security = security;
  }

  void event(Event event) {
    About.event(event, () -> tell(event));
  }

  private void tell(Event event) {
    switch (event) {
      case Event.SessionOpened opened -> {
        switch (opened.opening()) {
          case FIRST -> LOG.info("the server answers");
          case FOUND_AGAIN -> LOG.info("the server is back");
          case RENEWED -> About.quietly("new keys");
        }
      }
      case Event.SessionRefused refused -> LOG.warn(text(refused.refusal()));
      case Event.SessionSilent silent ->
          LOG.warn(
              "no path leads to the server; trying on. Is mpserver running, {}, and do the bridges"
                  + " lead to it?",
              switch (security.get().protection()) {
                case PLAIN -> "with encrypt = off as here";
                case OPPORTUNISTIC -> "without a secret as here";
                case KEYED -> "with the secret that is set here";
              });
      case Event.SessionClosed closed -> {
        if (closed.reason() == CloseReason.PEER) {
          LOG.warn("the server has closed; trying until it is back");
        } else if (closed.reason() == CloseReason.REVOKED) {
          LOG.warn(
              security.get().secret() instanceof Invitation
                  ? text(Refusal.REVOKED)
                  : "the server lets us in no more: it has another secret now; set the same here,"
                      + " and reload");
        }
      }
      case Event.TargetRefused refused -> LOG.warn(text(refused));
      case Event.PathRemoved _ -> {
        // That was said when it was ordered.
      }
      case Event.StrangerRefused _, Event.PathMoved _ -> {
        // A client opens sessions and is asked for none, and says itself where its paths lead.
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
      case Event.PathNarrow narrow ->
          LOG.warn(
              "path {} does not carry packets of {} bytes, and so no data until it does; if it is"
                  + " meant to be so, set mtu = N, the longest that it carries, on both ends",
              narrow.path(),
              Limits.MIN_PATH_PACKET_BYTES + Limits.IPV4_UDP_BYTES);
      case Event.PathsShareFate told ->
          LOG.warn(
              "{}; do they share a line? One that shares none would save more",
              SessionTable.together(told.shared()));
      case Event.RepairSteppedBack told -> LOG.info(SessionTable.steppedBack(told.reason()));
      case Event.FlowFragmented fragmented -> LOG.warn(FragmentHint.of(fragmented));
      case Event.FlowOpened opened -> LOG.debug("flow {} opened", opened.flow().id());
      case Event.FlowClosed closed -> LOG.debug("flow {} closed", closed.flow().id());
    }
  }

  private static String text(Refusal refusal) {
    return switch (refusal) {
      case REVOKED -> "the server lets us in no more: this invitation was revoked; ask for another";
      case FULL -> "the server has no room for another client; trying on";
      case OTHER_VERSION ->
          "the server speaks another version of the protocol; update the older of the two";
      case UNKNOWN_CLIENT ->
          "the server does not know this invitation; was mpserver started with the clients-file"
              + " that 'mpserver invite' wrote it to?";
      default -> "the server refuses: " + refusal;
    };
  }

  @Override
  public void ledIntoTunnel(RouteWatch.Way way, RouteWatch.Detour detour) {
    About.kind("route", () -> tell(way, detour));
  }

  private static void tell(RouteWatch.Way way, RouteWatch.Detour detour) {
    String remedy = detour.remedy(way.remote());
    if (detour.kept() == null) {
      LOG.warn(
          "path {} leads into the tunnel device {}; if that is a VPN that runs over this tunnel,"
              + " {}",
          way.name(),
          detour.tunnel(),
          remedy);
    } else {
      LOG.warn(
          "path {} stays on {}: its route now leads into the tunnel device {}; to have it so after"
              + " a restart too, {}; if {} is meant, write bind={} in the bridge's line",
          way.name(),
          detour.kept(),
          detour.tunnel(),
          remedy,
          detour.tunnel(),
          detour.tunnel());
    }
  }

  @Override
  public void ledOut(RouteWatch.Way way, String device) {
    About.kind(
        "route", () -> LOG.info("path {}: its route leads out of {} again", way.name(), device));
  }

  private static String text(Event.TargetRefused refused) {
    String name = refused.target();
    if (name != null && Destination.isWritten(name)) {
      return "the server does not let us reach " + name + "; see allow there";
    }
    return switch (refused.refusal()) {
      case UNKNOWN ->
          name == null
              ? "the server has only targets with names; set listen.NAME in the place of listen"
              : "the server has no target "
                  + name
                  + "; is the name in listen."
                  + name
                  + " right, and set there as target."
                  + name
                  + "?";
      case NOT_ALLOWED ->
          (name == null ? "the target without a name" : "target " + name)
              + " is not for this invitation; ask who invited you";
    };
  }

  void warn(String line) {
    LOG.warn(line);
  }

  /** The session was closed by the server while another one is to take its place. */
  void endedBeforeReplaced() {
    About.kind(
        "session-closed",
        () ->
            LOG.info(
                "the server has ended the session; it is being asked for one by the new secret"));
  }

  /** A path was to be taken out once another one answers. */
  void pathLeft(String name) {
    About.kind("path-removed", () -> LOG.info("path {} removed, as another one answers", name));
  }

  /** What was opened by another secret has taken the place of what there was. */
  void sessionReplaced() {
    About.kind("session-replaced", () -> LOG.info("another session is in use, by the new secret"));
  }

  void overTcp() {
    About.kind(
        "over-tcp",
        () ->
            LOG.warn(
                "no UDP comes through: datagrams travel by TCP, where each waits for those before"
                    + " it; see over-tcp"));
  }

  void udpIsBack() {
    About.kind(
        "over-tcp", () -> LOG.info("UDP comes through again: datagrams travel by TCP no more"));
  }

  /** The server has not reached what an application of the proxy wants. */
  void destinationRefused(Destination to, int code) {
    if (code != StreamError.NOT_ALLOWED) {
      LOG.debug("{}: not reached, {}", to, code);
    } else if (toldRefused.size() < REFUSED_TOLD && toldRefused.add(to)) {
      LOG.warn("the server does not let us reach {}; see allow there", to);
    }
  }

  void tunnelsUp() {
    About.kind("tunnels-up", () -> LOG.info("TCP tunnels to the server are up"));
  }

  void tunnelsDown() {
    About.kind(
        "tunnels-down",
        () -> LOG.warn("no TCP tunnel leads to the server; trying on, and connections wait"));
  }

  void tunnelTrouble(String bridge, String trouble) {
    LOG.warn("TCP over {}: {}; trying on", bridge, trouble);
  }

  void connectionsReset(int connections, StriperDriver.Listener.Why why) {
    String reason =
        switch (why) {
          case PEER_FORGOT -> "the server has restarted, or has forgotten them";
          case NO_TUNNEL -> "no tunnel led to the server for too long; see tunnel-timeout";
        };
    About.kind(
        "connections-reset", () -> LOG.warn("{} TCP connections reset: {}", connections, reason));
  }

  void pathTrouble(String path, String trouble) {
    About.kind("name", () -> LOG.warn("path {}: {}", path, trouble));
  }
}

package dev.mptunnel.server;

import dev.mptunnel.core.Event;
import dev.mptunnel.core.TargetRefusal;
import dev.mptunnel.log.About;
import dev.mptunnel.net.Addresses;
import dev.mptunnel.observe.FragmentHint;
import dev.mptunnel.observe.SessionTable;
import dev.mptunnel.wire.Destination;
import dev.mptunnel.wire.Limits;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the server's user is told of while it runs: a line when something changes, never more. */
final class ServerLog {

  private static final Logger LOG = LoggerFactory.getLogger(ServerLog.class);

  void event(Event event) {
    About.event(event, () -> tell(event));
  }

  private static void tell(Event event) {
    switch (event) {
      case Event.SessionOpened opened -> {
        switch (opened.opening()) {
          case FIRST -> LOG.info("client {} is here", opened.session());
          case RENEWED -> About.quietly("client " + opened.session() + ": new keys");
          case FOUND_AGAIN -> About.quietly("client " + opened.session() + " is back");
        }
      }
      case Event.SessionRefused refused -> {
        // A server opens no sessions.
      }
      case Event.StrangerRefused stranger -> stranger(stranger);
      case Event.SessionSilent silent -> LOG.warn("client {} is silent", silent.session());
      case Event.SessionClosed closed ->
          LOG.info(
              "client {} is gone{}",
              closed.session(),
              switch (closed.reason()) {
                case IDLE -> ": it was silent too long";
                case REVOKED ->
                    closed.session().clientName() == null
                        ? ": the secret that it came by is not ours any more"
                        : ": it was revoked";
                case LOCAL, PEER -> "";
              });
      case Event.TargetRefused refused -> targetRefused(refused);
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
      case Event.PathRemoved removed ->
          LOG.info("client {} has taken {} out", removed.session(), removed.path());
      case Event.PathNarrow narrow ->
          LOG.warn(
              "client {}: {} does not carry packets of {} bytes, and so no data until it does; if"
                  + " it is meant to be so, set mtu = N, the longest that it carries, on both ends",
              narrow.session(),
              narrow.path(),
              Limits.MIN_PATH_PACKET_BYTES + Limits.IPV4_UDP_BYTES);
      case Event.RepairSteppedBack told ->
          LOG.info("client {}: {}", told.session(), SessionTable.steppedBack(told.reason()));
      case Event.PathsShareFate told ->
          LOG.warn(
              "client {}: {}; do they share a line? One that shares none would save more",
              told.session(),
              SessionTable.together(told.shared()));
      case Event.FlowFragmented fragmented ->
          LOG.warn("client {}: {}", fragmented.session(), FragmentHint.of(fragmented));
      case Event.FlowOpened opened -> LOG.debug("flow {} opened", opened.flow());
      case Event.FlowClosed closed -> LOG.debug("flow {} closed", closed.flow());
    }
  }

  void tunnelsUp(String client) {
    About.kind("tunnels-up", () -> LOG.info("client {}: its TCP tunnels are up", client));
  }

  void tunnelsDown(String client) {
    About.kind("tunnels-down", () -> LOG.info("client {}: no TCP tunnel is left", client));
  }

  void connectionsReset(String client, int connections) {
    About.kind(
        "connections-reset",
        () ->
            LOG.warn(
                "client {}: no TCP tunnel for too long: {} connections reset; see tunnel-timeout",
                client,
                connections));
  }

  private static void targetRefused(Event.TargetRefused refused) {
    targetRefused(refused.session().toString(), refused.target(), refused.refusal());
  }

  /**
   * A client asks for a target in vain.
   *
   * @param name the target's, or null for the one that has none
   */
  static void targetRefused(String client, String name, TargetRefusal refusal) {
    if (name != null && Destination.isWritten(name)) {
      destinationRefused(client, name, null);
      return;
    }
    LOG.warn(
        "client {} asks for {}, {}",
        client,
        name == null ? "the target without a name" : "target " + name,
        switch (refusal) {
          case UNKNOWN ->
              "which is not set here; set target"
                  + (name == null ? "" : "." + name)
                  + ", or"
                  + " correct the client";
          case NOT_ALLOWED -> "which is not among its targets in the clients file";
        });
  }

  /**
   * A client names a destination in vain.
   *
   * @param address what its name stands for, or null if that was not even asked
   */
  static void destinationRefused(String client, String destination, String address) {
    LOG.warn(
        "client {} asks for {}{}, which it may not; see allow and deny",
        client,
        destination,
        address == null || destination.contains(address) ? "" : " at " + address);
  }

  /** Clients' destinations have taken all sockets that are for them, or one has its share. */
  static void socketsScarce(long open, long most) {
    LOG.warn(
        "{} of our file descriptors are taken: clients' destinations get no more than {}, and those"
            + " of one client no more than are left; raise ulimit -Hn, or lower max-flows and"
            + " max-sessions-per-client",
        open,
        most);
  }

  /** A name could not be resolved for want of a thread. */
  static void threadsScarce(String why) {
    LOG.warn(
        "names of clients' destinations are not resolved: {}; raise ulimit -u, or the number of"
            + " tasks that this service may have",
        why);
  }

  private static void stranger(Event.StrangerRefused stranger) {
    String who = stranger.name() == null ? "" : stranger.name() + " ";
    LOG.warn(
        "client {}at {} was not let in: {}",
        who,
        Addresses.text(stranger.source()),
        switch (stranger.refusal()) {
          case PLAIN -> "it does not encrypt, and we do; remove encrypt = off there";
          case SEALED -> "it encrypts, and we do not; remove encrypt = off here, or set it there";
          case NO_SECRET -> "it has no secret, and we have one; give it ours";
          case OTHER_SECRET ->
              "its secret is not the one that is set here, or none is set here; set the same on"
                  + " both ends";
          case OTHER_VERSION -> "it speaks another version of the protocol; update the older end";
          case REVOKED -> "its invitation was revoked";
          case FULL ->
              "there is no room; see max-sessions, and max-sessions-per-client for those who were"
                  + " invited";
          case UNKNOWN_CLIENT ->
              "it did not finish its handshake; if this repeats, its invitation may not be in our"
                  + " clients-file";
          case OTHER_CLIENT -> "it tried to enter another client's session";
        });
  }

  void warn(String line) {
    LOG.warn(line);
  }

  void clientsChanged() {
    About.kind("clients-file", () -> LOG.info("the clients file has changed and was read"));
  }

  void clientsTrouble(String trouble) {
    About.kind(
        "clients-file", () -> LOG.warn("{}; those who were let in before still are", trouble));
  }
}

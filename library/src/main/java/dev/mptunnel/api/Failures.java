package dev.mptunnel.api;

import dev.mptunnel.stream.StreamError;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.ProtocolException;
import java.net.SocketException;
import java.net.UnknownHostException;

/** What a connection's end is called in Java. */
final class Failures {

  private Failures() {}

  /**
   * A new exception, so that its stack trace is that of the thread which meets it.
   *
   * @param code see {@link StreamError}
   * @param target what the connection leads to; empty for the target that has no name
   */
  static IOException of(int code, String target) {
    String what = target.isEmpty() ? "the server's target" : target;
    return switch (code) {
      case StreamError.REFUSED -> new ConnectException(what + ": nobody listens there");
      case StreamError.UNREACHABLE -> new NoRouteToHostException(what + " is out of reach");
      case StreamError.NETWORK_UNREACHABLE ->
          new NoRouteToHostException(what + ": no route leads to its network");
      case StreamError.NO_TARGET ->
          new ConnectException(
              target.isEmpty()
                  ? "the server has no target without a name, or not for this client"
                  : "the server has no target " + target + ", or not for this client");
      case StreamError.TOO_MANY -> new ConnectException("there are too many connections");
      case StreamError.PROTOCOL -> new ProtocolException("the peer has broken the protocol");
      case StreamError.SESSION ->
          new SocketException("reset: the session has ended, or no tunnel was there for too long");
      case StreamError.NOT_ALLOWED ->
          new ConnectException("the server does not let this client reach " + what);
      case StreamError.TIMED_OUT -> new ConnectException(what + " did not answer in time");
      case StreamError.UNRESOLVED -> new UnknownHostException(what + " has no address");
      default -> new SocketException("reset by the peer");
    };
  }
}

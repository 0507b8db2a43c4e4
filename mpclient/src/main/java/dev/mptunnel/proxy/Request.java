package dev.mptunnel.proxy;

import dev.mptunnel.wire.Destination;
import java.net.InetSocketAddress;

/** What an application wants of a proxy, and how to answer in the protocol that it speaks. */
public interface Request {

  /** What it wants. */
  enum Kind {
    /** A connection to {@link #to}. */
    CONNECT,
    /** A socket of ours that sends its datagrams on. */
    ASSOCIATE
  }

  /** What it wants. */
  Kind kind();

  /** Where to; null if it wants no connection. */
  Destination to();

  /** The port that it says its datagrams come from, or 0 if it does not. */
  default int sourcePort() {
    return 0;
  }

  /**
   * What to say when it has what it wants.
   *
   * @param bound where the socket is that takes its datagrams, or any address
   */
  byte[] granted(InetSocketAddress bound);

  /**
   * What to say when it cannot have it.
   *
   * @param code why, see {@link dev.mptunnel.stream.StreamError}
   */
  byte[] refused(int code);
}

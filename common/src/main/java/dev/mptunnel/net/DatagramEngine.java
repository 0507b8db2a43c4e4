package dev.mptunnel.net;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;

/** An engine of UDP sockets. Faster ones replace slower ones here, and nothing above notices. */
public interface DatagramEngine extends Engine {

  /**
   * Opens a socket. May be called from any thread; blocks until the socket is bound.
   *
   * @throws IOException when the address is in use, is not of this host, or the interface does not
   *     exist; the message is one line that a person can act on
   */
  DatagramPort open(PortOptions options, DatagramHandler handler) throws IOException;

  /**
   * Starts another engine of this kind, whose sockets can share their ports with those of this one.
   * May be called from any thread.
   *
   * @throws IOException where this kind of engine shares no ports; the message is one line
   */
  default DatagramEngine another(String threadName) throws IOException {
    throw new IOException("engine " + name() + " does not share ports");
  }

  /** Whether it asks its sockets again before it sleeps, and so keeps a processor busy. */
  default boolean pollsBusily() {
    return false;
  }

  /**
   * Done when the engine's thread has ended, as it should only after {@link #close}: nothing is
   * sent or received any more. May be called from any thread.
   */
  CompletableFuture<Void> ended();
}

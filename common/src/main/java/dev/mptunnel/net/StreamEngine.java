package dev.mptunnel.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.Consumer;

/** An engine of TCP sockets. */
public interface StreamEngine extends Engine {

  /**
   * Listens. May be called from any thread but the engine's; blocks until the socket is bound.
   *
   * @param options of what is accepted; its local address is where to listen
   * @param accepted is given each connection, which reads nothing until it has a handler and {@link
   *     StreamSocket#setReading} was called
   * @throws IOException when the address is in use or not of this host; the message is one line
   *     that a person can act on
   */
  StreamListener listen(StreamOptions options, Consumer<StreamSocket> accepted) throws IOException;

  /**
   * Connects. The handler is told when that is done, or that the socket is closed since it failed.
   * Called on the engine's thread.
   */
  StreamSocket connect(InetSocketAddress remote, StreamOptions options, StreamHandler handler);

  /**
   * A congestion control (TCP_CONGESTION in tcp(7)) if it may be used here. From any thread.
   *
   * @param wanted the kernel's name for it, or null for the system's own
   * @param trouble is told in one line why it may not, and what to do about it
   * @return it, or null for the system's own
   */
  String orSystem(String wanted, Consumer<String> trouble);

  /** A listening socket. */
  interface StreamListener {

    /** Where it listens, with the port that was really given. */
    InetSocketAddress localAddress();

    /** Listens no more: the port is free on return, but for who calls it on the engine's thread. */
    void close();
  }
}

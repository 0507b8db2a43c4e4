package dev.mptunnel.client;

import dev.mptunnel.core.Event;
import dev.mptunnel.stream.StreamRoom;
import java.net.InetSocketAddress;
import java.util.List;

/** The program that a client runs in, where that is its application itself. */
public interface Host {

  /** The memory for what connections keep. */
  StreamRoom room();

  /** Something has happened to the session. On the thread of datagrams. */
  void event(Event event);

  /**
   * There are so many tunnels now. On the thread of TCP.
   *
   * @param remotes where they lead to, each place once
   */
  void tunnels(int joined, List<InetSocketAddress> remotes);
}

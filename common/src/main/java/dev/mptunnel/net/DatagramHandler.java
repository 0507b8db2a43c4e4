package dev.mptunnel.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** What a {@link DatagramPort} tells its owner, on the engine's thread. */
public interface DatagramHandler {

  /**
   * A datagram arrived. An empty one is a datagram too.
   *
   * @param source who sent it
   * @param datagram from position to limit; the owner's to change until this returns, not after
   */
  void onDatagram(DatagramPort port, InetSocketAddress source, ByteBuffer datagram);

  /** Everything that the socket held has been handed over: the moment to flush what it led to. */
  void onBatchEnd(DatagramPort port);

  /** The socket reported an error, such as a refused connection; it stays open. */
  void onError(DatagramPort port, IOException error);
}

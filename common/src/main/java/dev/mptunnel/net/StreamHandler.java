package dev.mptunnel.net;

import java.io.IOException;
import java.nio.ByteBuffer;

/** What a {@link StreamSocket} tells. Called on its engine's thread. */
public interface StreamHandler {

  /** It is connected. Only what {@link StreamEngine#connect} was called for. */
  default void onConnected(StreamSocket socket) {}

  /**
   * Bytes came.
   *
   * @param bytes from position to limit; valid until this returns
   */
  void onRead(StreamSocket socket, ByteBuffer bytes);

  /** It takes something to write again, after it did not. */
  void onWritable(StreamSocket socket);

  /** The peer sends nothing more. What we send, it may still read. */
  void onFinished(StreamSocket socket);

  /**
   * It is closed, whoever did that, or could not be connected. The last call.
   *
   * @param cause why, or null where it was closed in order or by ourselves
   */
  void onClosed(StreamSocket socket, IOException cause);
}

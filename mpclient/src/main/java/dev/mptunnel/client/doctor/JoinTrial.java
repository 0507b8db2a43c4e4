package dev.mptunnel.client.doctor;

import dev.mptunnel.core.TunnelKey;
import dev.mptunnel.net.StreamEngine;
import dev.mptunnel.net.StreamHandler;
import dev.mptunnel.net.StreamSocket;
import dev.mptunnel.stream.StreamBuffers;
import dev.mptunnel.stream.TunnelLink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;

/**
 * A TCP connection that joins a session as a tunnel, and is closed when it has: whether the way
 * carries what applications connect for. On the thread of streams.
 */
final class JoinTrial implements StreamHandler, TunnelLink.Handler {

  private static final ByteBuffer NO_FRAMES = ByteBuffer.allocate(0);

  private final StreamEngine streams;
  private final TunnelLink link;
  private final Runnable onSuccess;
  private boolean greeted;
  private boolean joined;

  /**
   * A trial that is to be the handler of a connection that is dialled.
   *
   * @param onSuccess told that it has joined
   */
  JoinTrial(StreamEngine streams, TunnelKey key, RandomGenerator random, Runnable onSuccess) {
    this.streams = streams;
    this.onSuccess = onSuccess;
    link =
        TunnelLink.dialled(
            new StreamBuffers(),
            streams.nanoTime(),
            key.sessionId(),
            key.epoch(),
            key.secret(),
            0,
            random);
  }

  @Override
  public void onConnected(StreamSocket socket) {
    socket.write(link.greeting());
    socket.flush();
    socket.setReading(true);
  }

  @Override
  public void onRead(StreamSocket socket, ByteBuffer bytes) {
    boolean isRight = link.receive(streams.nanoTime(), bytes, this);
    if (isRight && !greeted && link.hasKeys()) {
      greeted = true;
      socket.write(link.seal(streams.nanoTime(), NO_FRAMES));
      socket.flush();
    }
    if (!isRight || joined) {
      socket.abort();
    }
  }

  @Override
  public void onJoined() {
    joined = true;
    onSuccess.run();
  }

  @Override
  public boolean onRecord(ByteBuffer frames) {
    return true;
  }

  @Override
  public void onWritable(StreamSocket socket) {}

  @Override
  public void onFinished(StreamSocket socket) {
    socket.abort();
  }

  @Override
  public void onClosed(StreamSocket socket, IOException cause) {
    // Without success, if it was not told before.
  }
}

package dev.mptunnel.stream;

import dev.mptunnel.wire.Records;
import dev.mptunnel.wire.StreamFrames;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/**
 * What all sessions of a thread, their tunnels and their connections have no use for between two
 * calls, and so share: they are worked on one after the other. Used from that thread.
 */
public final class StreamBuffers {

  private static final int APPLICATION_BYTES = 64 << 10;

  /** So many are kept for records that come in parts; idle tunnels have none. */
  private static final int SPARES = 16;

  private final ByteBuffer frames = ByteBuffer.allocate(StreamFrames.MAX_RECORD_BYTES);
  private final ByteBuffer sealed = ByteBuffer.allocate(Records.MAX_BYTES);
  private final ByteBuffer opened = ByteBuffer.allocate(Records.MAX_BYTES);
  private final ByteBuffer application = ByteBuffer.allocate(APPLICATION_BYTES);
  private final ArrayDeque<ByteBuffer> spares = new ArrayDeque<>();

  /** For bytes of a connection on their way to its application. */
  public ByteBuffer application() {
    return application;
  }

  /** For the frames of a record that is put together. */
  ByteBuffer frames() {
    return frames;
  }

  /** For a record as it travels, which is sent before the next one is sealed. */
  ByteBuffer sealed() {
    return sealed;
  }

  /** For the frames of a record that has come, which are handled before the next one is opened. */
  ByteBuffer opened() {
    return opened;
  }

  /** An empty one for a record that comes, until all of it is there. */
  ByteBuffer take() {
    ByteBuffer spare = spares.poll();
    return spare == null ? ByteBuffer.allocate(Records.MAX_BYTES) : spare;
  }

  /** Nothing is in it any more. */
  void giveBack(ByteBuffer empty) {
    if (spares.size() < SPARES) {
      spares.push(empty.clear());
    }
  }
}

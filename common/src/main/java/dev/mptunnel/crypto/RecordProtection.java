package dev.mptunnel.crypto;

import java.nio.ByteBuffer;

/**
 * What keeps the records of a tunnel whole, one way: either seals or opens, record after record.
 * Buffers have an array. Used by one thread at a time.
 */
public interface RecordProtection {

  /** Bytes that {@link #seal} adds behind the frames. */
  int tagBytes();

  /**
   * Protects the next record in place: room for its head and its frames, from position to limit.
   * The limit moves behind the tag, for which the buffer must have room.
   *
   * @param last whether those behind it are under another key
   */
  void seal(ByteBuffer record, boolean last);

  /**
   * Verifies the next record, head and all, from position to limit.
   *
   * @param room that the frames may be put in, as long as a record
   * @return its frames, there or in the record itself; or null if it is not what the peer sent
   *     next, and then nothing is to be opened any more
   */
  ByteBuffer open(ByteBuffer record, ByteBuffer room);
}

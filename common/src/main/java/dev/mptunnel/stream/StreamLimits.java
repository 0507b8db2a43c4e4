package dev.mptunnel.stream;

import java.util.concurrent.TimeUnit;

/** The bounds of this package, all in one place. */
final class StreamLimits {

  /** Connections of one session at a time. */
  static final int CONNECTIONS = 4_096;

  /** Tunnels of one session at a time. */
  static final int TUNNELS = 128;

  /** Bytes that a connection may have under way, or waiting for its reader, one way. */
  static final int MAX_WINDOW_BYTES = 16 << 20;

  /** The same of all connections of a session that have more than a first window. */
  static final long SESSION_BYTES = 64L << 20;

  /** What an application may have written that was not sent yet, so that it is not held up. */
  static final int UNSENT_BYTES = 128 << 10;

  /** What a connection keeps whatever room there is for all. */
  static final int KEPT_BYTES = 32 << 10;

  /** Records under way on a tunnel, above which its peer is one that does not say what it has. */
  static final int RECORDS_UNDER_WAY = 1 << 16;

  /** In such pieces it is kept. */
  static final int BLOCK_BYTES = 16 << 10;

  /** In such pieces what has come is kept: a small one, as a first window may begin within it. */
  static final int RECEIVE_BLOCK_BYTES = 4 << 10;

  /** With a bit for each of its bytes, and what the JVM needs for the objects, some 150 bytes. */
  static final int RECEIVE_BLOCK_COST_BYTES = RECEIVE_BLOCK_BYTES + RECEIVE_BLOCK_BYTES / 8 + 160;

  /** A tunnel that does not answer for so long, and longer than it ever takes, is stalled. */
  static final long LEAST_STALL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  /** A tunnel's key seals so many records, and for so long. */
  static final long RECORDS_UNDER_KEY = 1L << 24;

  static final long KEY_NANOS = TimeUnit.SECONDS.toNanos(120);

  /** A tunnel that has sent nothing for so long sends a record without frames. */
  static final long KEEP_ALIVE_NANOS = TimeUnit.SECONDS.toNanos(15);

  /** One on which nothing has come for so long is dead. */
  static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(45);

  /** One that has not joined within this time never will. */
  static final long JOIN_NANOS = TimeUnit.SECONDS.toNanos(10);

  private StreamLimits() {}
}

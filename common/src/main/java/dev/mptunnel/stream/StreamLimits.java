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

  /** In such pieces it is kept. */
  static final int BLOCK_BYTES = 16 << 10;

  /** A tunnel that does not answer for so long, and longer than it ever takes, is stalled. */
  static final long LEAST_STALL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private StreamLimits() {}
}

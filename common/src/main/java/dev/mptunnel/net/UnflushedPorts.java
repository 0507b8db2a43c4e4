package dev.mptunnel.net;

import java.util.Arrays;

/**
 * Ports that something was queued on, to be flushed together. Makes no garbage.
 *
 * <p>Each may hold memory of its own until it is flushed, and what one read brings may be of as
 * many flows as it has datagrams. So these are a bounded number: for one more, the others are
 * flushed before the time.
 */
public final class UnflushedPorts {

  /** For so many, memory is kept ({@link SendPool}). */
  static final int MOST = 64;

  private final DatagramPort[] ports = new DatagramPort[MOST];
  private int size;

  /** Adds a port, once something has been queued on it. */
  public void add(DatagramPort port) {
    // From the newest: a datagram goes out on a few ports, and the next one on the same.
    for (int i = size - 1; i >= 0; i--) {
      if (ports[i].equals(port)) {
        return;
      }
    }
    if (size == MOST) {
      flush();
    }
    ports[size++] = port;
  }

  /** Flushes all, and forgets them. */
  public void flush() {
    try {
      for (int i = 0; i < size; i++) {
        ports[i].flush();
      }
    } finally {
      Arrays.fill(ports, 0, size, null);
      size = 0;
    }
  }
}

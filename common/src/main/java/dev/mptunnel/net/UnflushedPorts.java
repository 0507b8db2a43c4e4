package dev.mptunnel.net;

import java.util.Arrays;

/**
 * Ports that something was queued on, to be flushed together. Makes no garbage: a port may be in it
 * more than once, where others were added between, for a second flush costs next to nothing.
 */
public final class UnflushedPorts {

  /** A datagram goes out on a few ports, and the next one on the same. */
  private static final int LOOK_BACK = 8;

  private DatagramPort[] ports = new DatagramPort[16];
  private int size;

  /** Adds a port. */
  public void add(DatagramPort port) {
    for (int i = size - 1; i >= 0 && i >= size - LOOK_BACK; i--) {
      if (ports[i].equals(port)) {
        return;
      }
    }
    if (size == ports.length) {
      ports = Arrays.copyOf(ports, 2 * size);
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

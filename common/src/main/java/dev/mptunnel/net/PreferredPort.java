package dev.mptunnel.net;

import java.io.IOException;

/**
 * Opens a socket at a port that follows from what it is for, where that port is free: so that after
 * a restart a NAT, a bridge or a target sees the same address again.
 */
public final class PreferredPort {

  // The range that Linux gives ephemeral ports from, where nobody expects a service.
  private static final int FIRST_PORT = 32_768;
  private static final int PORTS = 28_232;
  private static final int TRIES = 4;

  private PreferredPort() {}

  /**
   * Opens the socket at one of a few ports that follow from the seed, or, if none is free, where
   * the kernel chooses.
   *
   * @param options as for {@link DatagramEngine#open}; the port of the local address is not used
   */
  public static DatagramPort open(
      DatagramEngine engine, PortOptions options, long seed, DatagramHandler handler)
      throws IOException {
    long mixed = seed;
    for (int i = 0; i < TRIES; i++) {
      mixed = mix(mixed + i);
      int port = FIRST_PORT + (int) Long.remainderUnsigned(mixed, PORTS);
      try {
        return engine.open(options.withLocalPort(port), handler);
      } catch (IOException taken) {
        // The next one, and in the end whatever there is: this is a preference.
      }
    }
    return engine.open(options.withLocalPort(0), handler);
  }

  /** The finalizer of SplitMix64 (Steele, Lea, Flood 2014): every bit depends on every other. */
  private static long mix(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }
}

package dev.mptunnel.harness.tunnel;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for programs that are told theirs. From below the range that the kernel takes ports from by
 * itself, so that nobody gets one in the meantime.
 */
public final class FreePorts {

  private static final int FIRST = 10_000;
  private static final int END = 32_000;

  /** What was handed out already, which may not be bound yet. */
  private static final Set<Integer> TAKEN = ConcurrentHashMap.newKeySet();

  private FreePorts() {}

  /** A port that is free now for UDP and for TCP, on IPv4 and IPv6. */
  public static int next() {
    while (true) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      if (!TAKEN.add(port)) {
        continue;
      }
      try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(port));
          ServerSocket _ = new ServerSocket(port)) {
        return socket.getLocalPort();
      } catch (IOException taken) {
        // The next one.
      }
    }
  }

  /** The same in the way it is written. */
  public static String nextText() {
    return Integer.toString(next());
  }
}

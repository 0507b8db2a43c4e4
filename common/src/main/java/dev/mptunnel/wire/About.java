package dev.mptunnel.wire;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a responder says of itself to whoever is in a session with it: the answer to each datagram
 * of a flow to {@link #TARGET}. It is text, a line for each thing, and lines may come to be added:
 *
 * <pre>
 *  version 0.1.0
 *  time 1764260767123
 *  path 0 203.0.113.5:4711
 * </pre>
 *
 * @param version of the responder's program
 * @param timeMillis its time of day, in milliseconds since 1970
 * @param paths the addresses at which it finds the initiator, by the paths' ids
 */
public record About(String version, long timeMillis, Map<Integer, InetSocketAddress> paths) {

  /**
   * Where a flow leads that asks: what nobody else can mean, as there is no such port. To those who
   * do not know it, it is a destination that is not allowed.
   */
  public static final String TARGET = "about:99999";

  /** The longest answer: each path takes less than 64 bytes. */
  private static final int MAX_BYTES = 64 * (Limits.MAX_PATHS + 2);

  public About {
    paths = Map.copyOf(paths);
  }

  /** The answer. */
  public ByteBuffer encode() {
    StringBuilder text = new StringBuilder();
    text.append("version ").append(version).append('\n');
    text.append("time ").append(timeMillis).append('\n');
    new TreeMap<>(paths)
        .forEach(
            (id, address) -> {
              text.append("path ").append(id).append(' ');
              text.append(address.getAddress().getHostAddress().replaceFirst("%.*", ""));
              text.append(':').append(address.getPort()).append('\n');
            });
    return ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.US_ASCII));
  }

  /** Reads an answer, from position to limit; null if it is none. */
  public static About decode(ByteBuffer answer) {
    if (answer.remaining() > MAX_BYTES) {
      return null;
    }
    String version = "";
    long timeMillis = 0;
    Map<Integer, InetSocketAddress> paths = new TreeMap<>();
    try {
      for (String line :
          StandardCharsets.US_ASCII.decode(answer.duplicate()).toString().split("\n")) {
        String[] words = line.split(" ");
        switch (words[0]) {
          case "version" -> version = printable(words[1]);
          case "time" -> timeMillis = Long.parseLong(words[1]);
          case "path" -> paths.put(Integer.valueOf(words[1]), address(words[2]));
          default -> {
            // Of a later version.
          }
        }
      }
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException malformed) {
      return null;
    }
    return version.isEmpty() ? null : new About(version, timeMillis, paths);
  }

  private static String printable(String text) {
    return text.replaceAll("[^A-Za-z0-9.+-]", "?");
  }

  private static InetSocketAddress address(String text) {
    int colon = text.lastIndexOf(':');
    InetAddress host = InetAddress.ofLiteral(text.substring(0, Math.max(colon, 0)));
    return new InetSocketAddress(host, Integer.parseInt(text.substring(colon + 1)));
  }
}

package dev.mptunnel.bridge;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Chooses a server for a datagram by highest random weight (Thaler and Ravishankar, 1998): every
 * bridge that was given the same server names chooses the same one, with nothing said between them,
 * and taking a server away moves only its own sessions.
 *
 * <p>All of it, for other implementations; arithmetic is on 64 bits and wraps:
 *
 * <pre>
 *  session  = bytes 1 to 8 of the datagram, big endian, if it has 9 bytes or more;
 *             else fnv1a(bytes of the source address, 4 or 16, then its port, 2, big endian)
 *  name     = the server as written in the configuration, "host:port", "[v6]:port", in UTF-8
 *  weight   = mix(session ^ mix(fnv1a(name)))
 *  server   = the one of the highest weight, unsigned; of equal ones that of the first name in
 *             the order of its bytes
 *
 *  fnv1a(b) = h = 0xcbf29ce484222325; for each byte: h = (h ^ byte) * 0x100000001b3
 *  mix(z)   = z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9; z = (z ^ z >>> 27) * 0x94d049bb133111eb;
 *             z ^ z >>> 31                      (the finalizer of SplitMix64)
 * </pre>
 */
final class Rendezvous {

  /** A type of one byte and a session id of eight: see docs/wire.md. */
  private static final int SESSION_ID_OFFSET = 1;

  private static final int SESSION_ID_END = 9;

  private final List<String> names;
  private final long[] nameHashes;

  /**
   * @param names the servers as written; at least one
   */
  Rendezvous(List<String> names) {
    this.names = List.copyOf(names);
    this.nameHashes =
        names.stream()
            .mapToLong(name -> mix(fnv1a(FNV_START, name.getBytes(StandardCharsets.UTF_8))))
            .toArray();
  }

  /** The index of the datagram's server; the buffer is left as it is. */
  int choose(InetSocketAddress source, ByteBuffer datagram) {
    if (nameHashes.length == 1) {
      return 0;
    }
    return choose(
        datagram.remaining() >= SESSION_ID_END
            ? datagram.getLong(datagram.position() + SESSION_ID_OFFSET)
            : hash(source));
  }

  /** The index of the session's server. */
  int choose(long session) {
    int best = 0;
    long bestWeight = mix(session ^ nameHashes[0]);
    for (int i = 1; i < nameHashes.length; i++) {
      long weight = mix(session ^ nameHashes[i]);
      int order = Long.compareUnsigned(weight, bestWeight);
      if (order > 0 || (order == 0 && names.get(i).compareTo(names.get(best)) < 0)) {
        best = i;
        bestWeight = weight;
      }
    }
    return best;
  }

  private static final long FNV_START = 0xcbf29ce484222325L;

  private static long hash(InetSocketAddress source) {
    int port = source.getPort();
    return fnv1a(
        fnv1a(FNV_START, source.getAddress().getAddress()),
        new byte[] {(byte) (port >>> 8), (byte) port});
  }

  private static long fnv1a(long start, byte[] bytes) {
    long hash = start;
    for (byte b : bytes) {
      hash = (hash ^ (b & 0xff)) * 0x100000001b3L;
    }
    return hash;
  }

  private static long mix(long value) {
    long z = value;
    z = (z ^ z >>> 30) * 0xbf58476d1ce4e5b9L;
    z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
    return z ^ z >>> 31;
  }
}

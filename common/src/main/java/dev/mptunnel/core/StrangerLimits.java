package dev.mptunnel.core;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;

/**
 * What those may cost us who have not authenticated: answers in bytes to wherever they say they
 * are, handshakes in computing. Per address and port; looser per address, since many clients stand
 * behind one bridge; and for the whole process. In a fixed amount of memory. Every thread may use
 * it.
 */
final class StrangerLimits {

  /** What is to be done with an INIT. */
  enum Decision {
    ANSWER,
    SEND_COOKIE,
    DROP
  }

  private static final long WHOLE = 0;

  private final RateTable repliesByPath;
  private final RateTable repliesByPort;
  private final RateTable repliesByAddress;
  private final RateTable repliesInAll;
  private final RateTable handshakesByAddress;
  private final RateTable handshakesInAll;
  private final RateTable handshakesByClient;
  private final RateTable handshakesByClientAndHost;
  private final RateTable renewals;
  private final RateTable openings;

  StrangerLimits(RandomGenerator random) {
    repliesByPath = new RateTable(1 << 16, 20, 40, random.nextLong());
    repliesByPort = new RateTable(1 << 16, 20, 40, random.nextLong());
    repliesByAddress = new RateTable(1 << 12, 1_000, 2_000, random.nextLong());
    repliesInAll = new RateTable(1, 250_000, 25_000, 0);
    // At once no more than half of what is kept for those who show cookies, or one who saves it up
    // could keep another out for a moment.
    handshakesByAddress =
        new RateTable(1 << 12, 100, CoreLimits.HANDSHAKE_BURST / 4, random.nextLong());
    handshakesInAll =
        new RateTable(
            1, CoreLimits.HANDSHAKES_PER_SECOND, CoreLimits.HANDSHAKE_BURST, random.nextLong());
    handshakesByClient = new RateTable(1 << 12, 100, 100, random.nextLong());
    handshakesByClientAndHost = new RateTable(1 << 12, 10, 20, random.nextLong());
    renewals = new RateTable(1 << 12, 1, 4, random.nextLong());
    openings = new RateTable(1 << 12, 2_000, 2_000, random.nextLong());
  }

  /** Whether one packet, no larger than what came from there, may be sent there. */
  boolean mayReply(long now, InetSocketAddress to) {
    return repliesByPort.take(now, key(to))
        && repliesByAddress.take(now, host(to.getAddress()))
        && repliesInAll.take(now, WHOLE);
  }

  /**
   * The same for an answer to where a path of this session leads. Of its own, so that nobody who
   * only pretends to be there keeps a session from renewing its keys.
   */
  boolean mayReplyOnPath(long now, long sessionId, InetSocketAddress to) {
    return repliesByPath.take(now, sessionId * 31 + key(to));
  }

  /**
   * The same for an answer to DATA, which comes at any rate: the second half of all that is granted
   * at once is kept for the answers to handshakes, which would never be sent otherwise.
   */
  boolean mayReplyToData(long now, InetSocketAddress to) {
    return repliesByPort.left(now, key(to)) > 0.5
        && repliesByAddress.left(now, host(to.getAddress())) > 0.5
        && repliesInAll.left(now, WHOLE) > 0.5
        && mayReply(now, to);
  }

  /**
   * Decides on an INIT that would cost a handshake.
   *
   * @param proven whether it has a cookie, so that its source is known to be where it says
   */
  Decision onInit(long now, InetSocketAddress source, boolean proven) {
    long address = host(source.getAddress());
    // The second half is kept for those who have shown that they are where they send from: of the
    // whole, and of each address, since anybody can pretend to be at a bridge's.
    if (!proven
        && (handshakesInAll.left(now, WHOLE) < 0.5
            || handshakesByAddress.left(now, address) < 0.5)) {
      return Decision.SEND_COOKIE;
    }
    boolean granted = handshakesByAddress.take(now, address) && handshakesInAll.take(now, WHOLE);
    return granted ? Decision.ANSWER : proven ? Decision.DROP : Decision.SEND_COOKIE;
  }

  /**
   * Whether an INIT that shows a cookie, for a session and from where a path of it leads, may be
   * answered beside all others: a few of each session always are.
   */
  boolean mayRenew(long now, long sessionId) {
    return renewals.take(now, sessionId);
  }

  /**
   * Whether an invited client may open one more handshake. Of each host that it seems to be at it
   * may open few, so that nobody who repeats its INITs elsewhere uses them up.
   */
  boolean mayOpen(long now, byte[] clientKey, InetSocketAddress source) {
    long client = ByteBuffer.wrap(clientKey).getLong();
    return handshakesByClientAndHost.take(now, client * 31 + host(source.getAddress()))
        && handshakesByClient.take(now, client);
  }

  /**
   * Whether a packet for this session may be opened that came from an address of no path of it.
   *
   * @param type the packet's: of each a flood keeps out its own kind only
   */
  boolean mayTryToOpen(long now, long sessionId, int type) {
    return openings.left(now, sessionId * 31 + type) > 0;
  }

  /** Such a packet did not open. */
  void countFailedOpening(long now, long sessionId, int type) {
    openings.take(now, sessionId * 31 + type);
  }

  private static long key(InetSocketAddress address) {
    return host(address.getAddress()) * 31 + address.getPort();
  }

  /** What stands for all addresses of a host. */
  static long host(InetAddress address) {
    byte[] bytes = address.getAddress();
    // Of an IPv6 address the network: a host has all addresses of its /64.
    return bytes.length == 4 ? ByteBuffer.wrap(bytes).getInt() : ByteBuffer.wrap(bytes).getLong();
  }
}

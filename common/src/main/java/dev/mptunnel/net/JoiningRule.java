package dev.mptunnel.net;

import java.util.concurrent.TimeUnit;

/**
 * Which datagrams to one address may leave joined with others: those up to a length.
 *
 * <p>Where the kernel refuses a joined message and then takes one of full size out of it alone,
 * joining was the reason. Datagrams as long as that one go alone from then on, and so do longer
 * ones, as those that IP has to fragment. After the third such length none is joined: it is not the
 * length then. After a minute without news all may be joined again, for routes and peers change.
 *
 * <p>Where one that goes alone is refused too, the reason is another, and nothing follows from it
 * but that the rule lasts a minute longer.
 */
final class JoiningRule {

  private static final int LENGTHS = 3;
  private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(60);

  private final int longestBytes;
  private int maxBytes;
  private int refusedLengths;
  private long againNanos;

  /** How long the datagrams are of the message that was refused last; 0 for none to learn from. */
  private int triedBytes;

  /**
   * @param longestBytes up to where datagrams are joined at first; 0 if none ever is
   */
  JoiningRule(int longestBytes) {
    this.longestBytes = longestBytes;
    maxBytes = longestBytes;
  }

  /** The longest datagrams that may be joined with others; 0 if none may. */
  int maxBytes() {
    return maxBytes;
  }

  /** Whether there is nothing to know: all are joined, or all may be tried again. */
  boolean isOver(long nowNanos) {
    // By time in any case: where the parts are refused too, nothing comes of what was tried.
    return nowNanos - againNanos >= 0 || (triedBytes == 0 && maxBytes == longestBytes);
  }

  /**
   * A joined message was refused.
   *
   * @param segmentBytes how long its datagrams are
   * @param error the error number
   * @return whether they are to be tried one by one
   */
  boolean onRefused(int segmentBytes, int error, long nowNanos) {
    triedBytes = 0;
    if (mayBeForJoining(error)) {
      triedBytes = segmentBytes;
      againNanos = nowNanos + AGAIN_NANOS;
      return true;
    }
    // Memory may do for one where it does not for all, which tells nothing of joining.
    return error == Errno.ENOBUFS || error == Errno.ENOMEM;
  }

  /**
   * Errors of a kernel, a network interface or a packet size that does not go with UDP_SEGMENT; and
   * of a filter by length, which sees one long packet.
   */
  private static boolean mayBeForJoining(int error) {
    return error == Errno.EIO
        || error == Errno.EINVAL
        || error == Errno.EMSGSIZE
        || error == Errno.ENOPROTOOPT
        || error == Errno.EOPNOTSUPP
        || error == Errno.EPERM;
  }

  /**
   * A datagram has left alone that had been joined with others.
   *
   * @return whether it tells that such do not leave joined
   */
  boolean onSentAlone(int bytes, long nowNanos) {
    if (bytes != triedBytes) {
      return false;
    }
    triedBytes = 0;
    againNanos = nowNanos + AGAIN_NANOS;
    // Others of this length may have been joined before it was known.
    if (bytes <= maxBytes) {
      refusedLengths++;
      maxBytes = refusedLengths < LENGTHS ? bytes - 1 : 0;
    }
    return true;
  }
}

package dev.mptunnel.core;

import dev.mptunnel.wire.PathFrames;
import java.nio.ByteBuffer;

/**
 * Sends the exclusive or of each group of packets behind them, so that one of the group that all
 * paths lost need not be asked for: where that is there sooner than an answer, and where about one
 * of a group is lost now and then, not none and not several.
 */
final class ParityMaker {

  /** Of the packets sent, so many are remembered, fading, in the share that was asked for. */
  private static final int MEMORY = 2_048;

  /** If less is lost, a parity brings too little for what it costs: one in so many groups. */
  private static final double LEAST_LOST = 0.2 / PathFrames.PARITY_GROUP;

  /** If more is lost, then mostly several of a group, which no parity brings back. */
  private static final double MOST_LOST = 1.0 / PathFrames.PARITY_GROUP;

  /** One packet that was asked for counts for as long as this is left of it. */
  private static final double ASKED_LATELY = 0.25;

  /** Of what may be spent on repair, what may be for parities: some must be left for questions. */
  private static final double OF_SHARE = 2.0 / 3;

  private final Session session;
  private final double share;
  private ParitySum sum; // null until it is needed for the first time
  private byte[] packetBytes;
  private double asked;
  private boolean isMaking;
  private long next;
  private long groupBytes;

  /**
   * A maker that has seen nothing.
   *
   * @param share what repair may add to the bytes that we send
   */
  ParityMaker(Session session, double share) {
    this.session = session;
    this.share = share;
  }

  /** The peer has asked for so many packets. */
  void onAsked(int packets) {
    asked += packets;
  }

  /** Whether the peer has asked lately for what all paths lost. */
  boolean isAsked() {
    return asked >= ASKED_LATELY;
  }

  /** What is sent from now on has other counters. */
  void startEpoch() {
    isMaking = false;
  }

  /**
   * A DATA packet was sent.
   *
   * @param isAffordable whether the budget has much left
   * @param gapNanos the time between packets, lately
   * @return the bytes of a parity that was sent behind it, over all paths, or 0
   */
  long onSent(Epoch epoch, long counter, ByteBuffer packet, boolean isAffordable, long gapNanos) {
    asked -= asked / MEMORY;
    if (counter % PathFrames.PARITY_GROUP == 0) {
      isMaking = isWorthwhile(gapNanos);
      if (isMaking) {
        begin(counter);
      }
    }
    isMaking =
        isMaking && isAffordable && counter == next && packet.remaining() <= packetBytes.length;
    if (!isMaking) {
      return 0;
    }
    next++;
    groupBytes += packet.remaining();
    packet.get(packet.position(), packetBytes, 0, packet.remaining());
    sum.add(packetBytes, packet.remaining());
    return next % PathFrames.PARITY_GROUP == 0 ? send(epoch) : 0;
  }

  private void begin(long counter) {
    if (sum == null) {
      sum = new ParitySum();
      packetBytes = new byte[CoreLimits.PARITY_PACKET_BYTES];
    }
    sum.clear();
    next = counter;
    groupBytes = 0;
  }

  private boolean isWorthwhile(long gapNanos) {
    double lost = asked / MEMORY;
    return lost >= LEAST_LOST
        && lost <= MOST_LOST
        && gapNanos * PathFrames.PARITY_GROUP <= session.paths().shortestRttNanos();
  }

  /** In two halves, as the whole does not fit into a packet where packets are as long as can be. */
  private long send(Epoch epoch) {
    long first = next - PathFrames.PARITY_GROUP;
    int halfBytes = (sum.longestBytes() + 1) / 2;
    int halfPacketBytes = session.pathPacketBytes(PathFrames.parityBytes(halfBytes));
    if (2 * halfPacketBytes > OF_SHARE * share * groupBytes) {
      return 0; // the packets differ too much in length, or are short
    }
    long[] spent = {0};
    session.forEachCarrying(
        PathFrames.parityBytes(halfBytes),
        path -> {
          spent[0] += path.parity(epoch.number(), first, sum, 0, halfBytes);
          spent[0] +=
              path.parity(epoch.number(), first, sum, halfBytes, sum.longestBytes() - halfBytes);
        });
    return spent[0];
  }
}

package dev.mptunnel.harness.lab;

import dev.mptunnel.harness.link.Corruption;
import dev.mptunnel.harness.link.LinkModel;
import dev.mptunnel.harness.link.Verdict;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/**
 * One direction of a line: what is read from one device is written to the other as the model says.
 * A router stands before the line, which does with packets that are too long for it what routers
 * do: it makes fragments of those that allow it, and drops the others; with {@code icmp} it tells
 * their senders. A fragment, and what the router says, goes over the line as any packet does, and
 * is counted as one.
 */
final class WireDirection implements LinkModel.Sink {

  /** Copies of one packet that may be under way: all fragments at the shortest MTU, twice each. */
  static final int MAX_COPIES = 64;

  /** So many are read before the other devices have their turn. */
  private static final int PACKETS_PER_TURN = 16;

  private final TunDevice from;
  private final TunDevice to;
  private final LinkModel model;
  private final int routerAddress;
  private final InFlight inFlight;
  private final MemorySegment memory = Arena.global().allocate(InFlight.PACKET_BYTES);
  private final ByteBuffer packet = memory.asByteBuffer();
  private final ByteBuffer part = ByteBuffer.allocateDirect(InFlight.PACKET_BYTES);
  private ByteBuffer offered = packet;

  /**
   * @param model takes IP packets
   * @param routerAddress who tells senders that a packet is too long
   */
  WireDirection(
      TunDevice from, TunDevice to, LinkModel model, int routerAddress, InFlight inFlight) {
    this.from = from;
    this.to = to;
    this.model = model;
    this.routerAddress = routerAddress;
    this.inFlight = inFlight;
  }

  LinkModel model() {
    return model;
  }

  /** What to wait for packets by. */
  int descriptor() {
    return from.descriptor();
  }

  /**
   * Takes some of what has come.
   *
   * @param back the line's other direction, which brings the router's answers
   */
  void carry(WireDirection back) throws IOException {
    for (int i = 0; i < PACKETS_PER_TURN && inFlight.room() >= MAX_COPIES; i++) {
      int length = from.read(memory);
      if (length == 0) {
        return;
      }
      packet.clear().limit(length);
      if (!model.isTooBig(length) || !Ipv4.isWhole(packet)) {
        offer(packet);
      } else if (Ipv4.mayBeFragmented(packet)) {
        offerFragments();
      } else if (offer(packet) == Verdict.TOO_BIG
          && model.properties().icmp()
          && Ipv4.mayBeAnswered(packet)) {
        int mtuBytes = model.properties().mtuBytes();
        Ipv4.fragmentationNeeded(packet, mtuBytes, routerAddress, back.part);
        back.offer(back.part);
      }
    }
  }

  private void offerFragments() {
    int mtuBytes = model.properties().mtuBytes();
    int dataBytes = packet.limit() - Ipv4.headerBytes(packet);
    for (int done = 0; done < dataBytes; ) {
      done = Ipv4.fragment(packet, mtuBytes, done, part);
      offer(part);
    }
  }

  private Verdict offer(ByteBuffer bytes) {
    offered = bytes;
    return model.offer(System.nanoTime(), bytes.limit(), this);
  }

  /**
   * Damage strikes behind the header: what a header like that leads to is no matter of the line.
   */
  @Override
  public void arrives(long atNanos, long corruption) {
    ByteBuffer copy = inFlight.add(offered, to, atNanos);
    if (corruption != Corruption.NONE && Ipv4.isWhole(copy)) {
      Corruption.apply(copy.position(Ipv4.headerBytes(copy)), corruption);
    }
  }
}

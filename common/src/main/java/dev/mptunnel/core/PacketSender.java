package dev.mptunnel.core;

import dev.mptunnel.wire.DataFrames;
import dev.mptunnel.wire.Header;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * Makes a session's DATA packets: each is sealed once, and the same bytes go out on every path that
 * is to carry it. A datagram that no packet has room for goes in pieces.
 */
final class PacketSender {

  private final Context context;
  private final Session session;
  private final FlowIntroducer introducer;
  private int nextFragmentId;
  private long fragmented;
  private int toldRoomBytes = Integer.MAX_VALUE;

  /** What a CLASS takes of the room in packets; 0 while no datagram has been marked. */
  private int classBytes;

  /**
   * A sender.
   *
   * @param introducer puts into a packet where the flow leads that it carries, where that is due
   */
  PacketSender(Context context, Session session, FlowIntroducer introducer) {
    this.context = context;
    this.session = session;
    this.introducer = introducer;
  }

  /** Datagrams that went in pieces. */
  long fragmented() {
    return fragmented;
  }

  /** The longest datagram that these paths carry in one packet. */
  int roomBytes(int selected) {
    return framesRoomBytes(selected) - classBytes - DataFrames.ORDERED_OVERHEAD_BYTES;
  }

  private int framesRoomBytes(int selected) {
    int overheadBytes = session.epochs().current().protection().overheadBytes();
    return session.paths().packetBytes(selected) - Header.LENGTH - overheadBytes;
  }

  /**
   * Sends a datagram.
   *
   * @param payload at most {@link DataFrames#MAX_DATAGRAM_BYTES}
   * @param trafficClass what it is marked with
   * @param selected a bit for each path that is to carry it
   */
  void datagram(long now, Flow flow, ByteBuffer payload, int trafficClass, int selected) {
    if (trafficClass != 0) {
      classBytes = DataFrames.CLASS_BYTES;
    }
    int bytes = payload.remaining();
    int roomBytes = framesRoomBytes(selected) - (trafficClass == 0 ? 0 : classBytes);
    // Once for the whole datagram: any of its pieces may be the first of the flow that arrives.
    int openBytes = introducer.isDue(now, flow) ? introducer.bytes(flow) : 0;
    int framesRoomBytes = roomBytes - openBytes;
    if (bytes <= framesRoomBytes - overheadBytes(flow)) {
      ByteBuffer packet = begin(now, flow, trafficClass, openBytes, overheadBytes(flow) + bytes);
      if (flow.isOrdered()) {
        DataFrames.putOrdered(
            packet, flow.id(), flow.takeSequence(), DataFrames.time(now), payload);
      } else {
        DataFrames.putDatagram(packet, flow.id(), payload);
      }
      send(now, packet, trafficClass, selected);
      return;
    }
    fragments(now, flow, payload, trafficClass, openBytes, framesRoomBytes, selected);
    fragmented++;
    // Without the name before it, and of paths that it is known of what they carry.
    if (bytes > roomBytes - overheadBytes(flow) && !session.paths().areSearched(selected)) {
      tellOfFragments(flow, bytes, roomBytes - overheadBytes(flow));
    }
  }

  private static int overheadBytes(Flow flow) {
    return flow.isOrdered()
        ? DataFrames.ORDERED_OVERHEAD_BYTES
        : DataFrames.DATAGRAM_OVERHEAD_BYTES;
  }

  private void fragments(
      long now,
      Flow flow,
      ByteBuffer payload,
      int trafficClass,
      int openBytes,
      int framesRoomBytes,
      int selected) {
    boolean ordered = flow.isOrdered();
    int overheadBytes =
        ordered ? DataFrames.ORDERED_FRAGMENT_OVERHEAD_BYTES : DataFrames.FRAGMENT_OVERHEAD_BYTES;
    int roomBytes = framesRoomBytes - overheadBytes;
    int count = Math.ceilDiv(payload.remaining(), roomBytes);
    int pieceBytes = Math.ceilDiv(payload.remaining(), count);
    int id = ordered ? flow.takeSequence() : nextFragmentId++;
    int end = payload.limit();
    for (int index = 0; index < count; index++) {
      payload.limit(Math.min(payload.position() + pieceBytes, end));
      ByteBuffer packet =
          begin(now, flow, trafficClass, openBytes, overheadBytes + payload.remaining());
      if (ordered) {
        DataFrames.putOrderedFragment(
            packet, flow.id(), id, DataFrames.time(now), index, count, payload);
      } else {
        DataFrames.putFragment(packet, flow.id(), id, index, count, payload);
      }
      send(now, packet, trafficClass, selected);
    }
  }

  /** Once a flow has sent many in pieces, and again when the paths come to carry less. */
  private void tellOfFragments(Flow flow, int bytes, int roomBytes) {
    long ofFlow = flow.countFragmented();
    if (ofFlow % CoreLimits.TELL_FRAGMENTS == 0 && roomBytes < toldRoomBytes) {
      toldRoomBytes = roomBytes;
      session.emit(new Event.FlowFragmented(flow, bytes, roomBytes));
    }
  }

  /** Tells the peer that the session ends; nothing is sent after that. */
  void close(int reason, int selected) {
    ByteBuffer packet = begun(context.scratch());
    DataFrames.putClose(packet, reason);
    seal(packet);
    transmit(packet, 0, selected);
  }

  /** Tells the peer which of its flows lead nowhere. */
  void refused(long now, Map<Integer, TargetRefusal> refused, int selected) {
    ByteBuffer packet = begin(now, refused.size() * DataFrames.REFUSED_BYTES);
    refused.forEach((id, refusal) -> DataFrames.putRefused(packet, id, refusal.reason()));
    send(now, packet, 0, selected);
  }

  /**
   * A packet to which a frame of so many bytes is appended, with a datagram of the flow or a piece,
   * that is marked so.
   *
   * @param openBytes how many the OPEN before it takes, or 0 for none
   */
  private ByteBuffer begin(long now, Flow flow, int trafficClass, int openBytes, int frameBytes) {
    int itsClassBytes = trafficClass == 0 ? 0 : DataFrames.CLASS_BYTES;
    ByteBuffer packet = begin(now, itsClassBytes + openBytes + frameBytes);
    if (trafficClass != 0) {
      DataFrames.putClass(packet, trafficClass);
    }
    if (openBytes > 0) {
      introducer.put(now, flow, packet);
    }
    return packet;
  }

  /** A packet of so many bytes of frames: where it will be kept, if it will. */
  private ByteBuffer begin(long now, int framesBytes) {
    Epoch epoch = session.epochs().current();
    int bytes = Header.LENGTH + framesBytes + epoch.protection().overheadBytes();
    ByteBuffer kept = session.repair().reserve(now, epoch, bytes);
    return begun(kept == null ? context.scratch() : kept);
  }

  /** The mark stands where the packet begins, which need not be where its memory does. */
  private static ByteBuffer begun(ByteBuffer packet) {
    return packet.mark().position(packet.position() + Header.LENGTH);
  }

  private void send(long now, ByteBuffer packet, int trafficClass, int selected) {
    long counter = seal(packet);
    int copies = transmit(packet, trafficClass, selected);
    Epoch epoch = session.epochs().current();
    session.repair().onSent(now, epoch, counter, packet, trafficClass, copies);
  }

  private long seal(ByteBuffer packet) {
    packet.limit(packet.position()).reset();
    Epoch epoch = session.epochs().current();
    long counter = epoch.sent().take();
    Header.putData(packet, session.isInitiator(), session.id(), epoch.number(), counter);
    epoch.protection().seal(packet);
    return counter;
  }

  private int transmit(ByteBuffer packet, int trafficClass, int selected) {
    int carrying = session.paths().carrying(selected, packet.remaining());
    for (int left = carrying; left != 0; left &= left - 1) {
      Path path = session.path(Integer.numberOfTrailingZeros(left));
      if (left == carrying) {
        path.transmit(packet, trafficClass);
      } else {
        path.transmitAgain(packet, trafficClass);
      }
    }
    return Integer.bitCount(carrying);
  }
}

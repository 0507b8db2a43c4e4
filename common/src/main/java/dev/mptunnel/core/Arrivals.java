package dev.mptunnel.core;

import dev.mptunnel.wire.DataFrames;
import java.nio.ByteBuffer;

/**
 * What becomes of the frames of a session's DATA packets: datagrams go to their flows, pieces are
 * joined before that, and what the peer says of a flow or of the session is told on.
 */
final class Arrivals implements DataFrames.Handler {

  /** What tells the datagrams of flows that want their order from others by their ids. */
  private static final long ORDERED = 1L << 40;

  private final Context context;
  private final Session session;
  private final FlowTable flows;
  private final FlowIntroducer introducer;
  private final FlowAdmission admission;
  private final Reassembler reassembler;
  private final InOrder order;
  private long delivered;

  // The packet that is being read.
  private long now;
  private Epoch epoch;
  private long counter;
  private Path path;
  private int trafficClass;

  /**
   * @param introducer is told of what comes back on flows of ours
   */
  Arrivals(Context context, Session session, FlowTable flows, FlowIntroducer introducer) {
    this.context = context;
    this.session = session;
    this.flows = flows;
    this.introducer = introducer;
    admission = new FlowAdmission(context, session, flows);
    reassembler = new Reassembler(context);
    order = new InOrder(context, session.repair(), this);
  }

  /** Where datagrams wait for others. */
  InOrder order() {
    return order;
  }

  /** Datagrams delivered. */
  long delivered() {
    return delivered;
  }

  /** What the peer may use has changed. */
  void review() {
    admission.review();
  }

  /**
   * Takes the frames of a packet.
   *
   * @param path that it came on, or null
   * @param outer what it was marked with on its way
   * @param frames from position to limit
   * @return false if one is malformed
   */
  boolean take(long now, Epoch epoch, long counter, Path path, int outer, ByteBuffer frames) {
    int inner = DataFrames.trafficClass(frames, frames.position());
    trafficClass = TrafficClass.decapsulated(inner, outer);
    this.now = now;
    this.epoch = epoch;
    this.counter = counter;
    this.path = path;
    admission.onPacket();
    reassembler.onPacket();
    boolean wellFormed = DataFrames.read(frames, this);
    this.epoch = null; // or an idle session would keep keys that it has forgotten
    return wellFormed;
  }

  @Override
  public void onDatagram(int flowId, ByteBuffer payload) {
    Flow flow = arrivingOn(flowId);
    if (flow != null) {
      asItComes(flow, payload, trafficClass);
    }
  }

  @Override
  public void onFragment(int flowId, int id, int index, int count, ByteBuffer piece) {
    // The flow is opened by the first piece: the last one may not say where it leads any more.
    Flow flow = arrivingOn(flowId);
    if (flow != null) {
      ByteBuffer whole = take(flowId, id & 0xffff_ffffL, index, count, piece);
      if (whole != null) {
        asItComes(flow, whole, reassembler.trafficClass());
      }
    }
  }

  @Override
  public void onOrdered(int flowId, int sequence, int time, ByteBuffer payload) {
    session.repair().onSentTime(now, epoch, counter, path, time);
    Flow flow = arrivingOn(flowId);
    if (flow != null) {
      inOrder(flow, sequence, payload, trafficClass);
    }
  }

  @Override
  public void onOrderedFragment(
      int flowId, int sequence, int time, int index, int count, ByteBuffer piece) {
    session.repair().onSentTime(now, epoch, counter, path, time);
    Flow flow = arrivingOn(flowId);
    if (flow != null) {
      long id = ORDERED | (long) flowId << 24 | sequence;
      ByteBuffer whole = take(flowId, id, index, count, piece);
      if (whole != null) {
        inOrder(flow, sequence, whole, reassembler.trafficClass());
      }
    }
  }

  private void asItComes(Flow flow, ByteBuffer payload, int itsClass) {
    if (!session.isInitiator()) {
      flow.setOrdered(false);
    }
    deliver(flow, payload, itsClass);
  }

  /** Whether a flow wants its order says the initiator; the responder hears it by what comes. */
  private void inOrder(Flow flow, int sequence, ByteBuffer payload, int itsClass) {
    if (session.isInitiator() && !flow.isOrdered()) {
      deliver(flow, payload, itsClass);
      return;
    }
    flow.setOrdered(true);
    order.take(now, epoch, counter, flow, sequence, payload, itsClass);
  }

  private ByteBuffer take(int flowId, long id, int index, int count, ByteBuffer piece) {
    return reassembler.take(now, epoch.number(), flowId, id, index, count, piece, trafficClass);
  }

  void deliver(Flow flow, ByteBuffer payload, int itsClass) {
    delivered++;
    context.output().deliver(flow, payload, itsClass);
  }

  /** The flow of which something has come, opened if need be; null if that is to be dropped. */
  private Flow arrivingOn(int flowId) {
    session.stayActive(now);
    // Null at an initiator: an answer to a flow that we have forgotten.
    Flow flow = session.isInitiator() ? flows.get(flowId) : admission.flowOf(now, flowId);
    if (flow == null) {
      return null;
    }
    flow.touch(now);
    if (session.isInitiator() && isCurrent()) {
      introducer.onAnswer(flow);
    }
    return flow;
  }

  private boolean isCurrent() {
    return epoch == session.epochs().current();
  }

  @Override
  public void onOpen(int flowId, String target) {
    if (!session.isInitiator()) {
      admission.onOpen(flowId, target);
    }
  }

  @Override
  public void onRefused(int flowId, int reason) {
    Flow flow = session.isInitiator() && isCurrent() ? flows.get(flowId) : null;
    if (flow != null) {
      introducer.onRefused(flow, reason);
      if (flow.isDestination()) {
        session.closeFlow(flow); // or many in vain would take the places of others
      }
    }
  }

  @Override
  public void onClose(int reason) {
    if (isCurrent()) { // otherwise said before the peer came back
      session.onClosed(now, reason);
    }
  }

  long nextTimer() {
    return Math.min(reassembler.nextTimer(), order.nextTimer());
  }

  void onTimer(long now) {
    reassembler.forgetOld(now);
    order.release(now);
  }

  /** Delivers what need not wait any more. */
  void release(long now) {
    order.release(now);
  }

  /** Delivers what waits for others. */
  void flush(long now) {
    order.flush(now);
  }

  /** Delivers what waits of a flow that ends. */
  void flush(Flow flow) {
    order.flush(now, flow);
  }

  /** Gives up pieces that wait for others, and delivers datagrams that do. */
  void clear() {
    reassembler.clear();
    order.flush(now);
  }
}

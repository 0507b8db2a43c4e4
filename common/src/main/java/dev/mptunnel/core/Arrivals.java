package dev.mptunnel.core;

import dev.mptunnel.wire.DataFrames;
import java.nio.ByteBuffer;

/**
 * What becomes of the frames of a session's DATA packets: datagrams go to their flows, pieces are
 * joined before that, and what the peer says of a flow or of the session is told on.
 */
final class Arrivals implements DataFrames.Handler {

  private final Context context;
  private final Session session;
  private final FlowTable flows;
  private final FlowIntroducer introducer;
  private final FlowAdmission admission;
  private final Reassembler reassembler;
  private long delivered;

  // The packet that is being read.
  private long now;
  private Epoch epoch;

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
   * @param frames from position to limit
   * @return false if one is malformed
   */
  boolean take(long now, Epoch epoch, ByteBuffer frames) {
    this.now = now;
    this.epoch = epoch;
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
      deliver(flow, payload);
    }
  }

  @Override
  public void onFragment(int flowId, int id, int index, int count, ByteBuffer piece) {
    // The flow is opened by the first piece: the last one may not say where it leads any more.
    Flow flow = arrivingOn(flowId);
    if (flow != null) {
      ByteBuffer whole = reassembler.take(now, epoch.number(), flowId, id, index, count, piece);
      if (whole != null) {
        deliver(flow, whole);
      }
    }
  }

  private void deliver(Flow flow, ByteBuffer payload) {
    delivered++;
    context.output().deliver(flow, payload);
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
    }
  }

  @Override
  public void onClose(int reason) {
    if (isCurrent()) { // otherwise said before the peer came back
      session.onClosed(now, reason);
    }
  }

  long nextTimer() {
    return reassembler.nextTimer();
  }

  void onTimer(long now) {
    reassembler.forgetOld(now);
  }

  /** Gives up all that waits. */
  void clear() {
    reassembler.clear();
  }
}

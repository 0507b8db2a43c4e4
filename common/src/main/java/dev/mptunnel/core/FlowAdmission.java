package dev.mptunnel.core;

import dev.mptunnel.wire.Limits;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which flows a peer may open in a session that it opened: not too many at once, and only to
 * targets that are there and that it may use. What is refused it is told, once a second.
 */
final class FlowAdmission {

  private static final int NONE = -1;

  private final Context context;
  private final Session session;
  private final FlowTable flows;
  private final RateTable newFlows;

  // What the OPEN before the packet's next frame said.
  private int introducedId = NONE;
  private String introducedTarget;

  /** The flows refused since the peer was last told, by id. */
  private final Map<Integer, TargetRefusal> refused = new LinkedHashMap<>();

  private long nextRefusedNanos = Long.MIN_VALUE;

  FlowAdmission(Context context, Session session, FlowTable flows) {
    this.context = context;
    this.session = session;
    this.flows = flows;
    newFlows = new RateTable(1, CoreLimits.NEW_FLOWS_PER_SECOND, context.settings().maxFlows(), 0);
  }

  /** A packet begins: an OPEN holds for the packet that it stands in. */
  void onPacket() {
    introducedId = NONE;
  }

  /** The packet says where a flow leads. */
  void onOpen(int flowId, String target) {
    introducedId = flowId;
    introducedTarget = target;
  }

  /**
   * The flow that a frame of the packet belongs to, opened if need be.
   *
   * @return null if the frame is to be dropped, which has been counted
   */
  Flow flowOf(long now, int flowId) {
    boolean isIntroduced = flowId == introducedId;
    Flow known = flows.get(flowId);
    if (known != null && (!isIntroduced || introducedTarget.equals(known.target()))) {
      return known;
    }
    if (known != null) {
      flows.remove(known); // its id has come to mean another
      session.closed(known);
    }
    if (!isIntroduced && flowId >= Limits.FIRST_NAMED_FLOW) {
      context.counters().flowsUnnamed++;
      return null;
    }
    return admit(now, flowId, isIntroduced ? introducedTarget : null);
  }

  private Flow admit(long now, int flowId, String target) {
    TargetRefusal refusal = context.targets().refusal(target, session.client());
    if (refusal != null) {
      context.counters().flowsRefused++;
      refuse(now, flowId, target, refusal);
      return null;
    }
    if (!newFlows.take(now, 0)) {
      context.counters().flowsWithheld++;
      return null;
    }
    refused.remove(flowId);
    session.makeRoomForFlow();
    Flow flow = flows.add(flowId, target, now);
    session.emit(new Event.FlowOpened(flow));
    return flow;
  }

  private void refuse(long now, int flowId, String target, TargetRefusal refusal) {
    if (context.refusedTargets().isNews(now, session, target)) {
      session.emit(new Event.TargetRefused(session, target, refusal));
    }
    if (refused.size() < CoreLimits.REFUSALS_AT_ONCE) {
      refused.put(flowId, refusal);
    }
    if (now >= nextRefusedNanos && session.sendRefused(now, refused)) {
      nextRefusedNanos = now + CoreLimits.REFUSE_AGAIN_NANOS;
      refused.clear();
    }
  }

  /** What the peer may use has changed: ends the flows to what it may not use any more. */
  void review() {
    refused.clear();
    flows
        .removeIf(flow -> context.targets().refusal(flow.target(), session.client()) != null)
        .forEach(session::closed);
  }
}

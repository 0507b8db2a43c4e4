package dev.mptunnel.core;

import dev.mptunnel.wire.DataFrames;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;

/**
 * Tells the responder where the flows of a session that we opened lead: by an OPEN in every packet
 * of a flow with a named target until something has come back on it in this epoch, and once a
 * second after that, for the responder may have forgotten the flow, or all.
 */
final class FlowIntroducer {

  private final Session session;

  /** The targets that were told to be refused, null for the fixed one. */
  private final Set<String> refused = new HashSet<>();

  FlowIntroducer(Session session) {
    this.session = session;
  }

  /** Whether the flow is to be introduced with what leaves on it now. */
  boolean isDue(long now, Flow flow) {
    return session.isInitiator()
        && flow.target() != null
        && (!flow.isAnswered() || now - flow.introducedNanos() >= CoreLimits.INTRODUCE_AGAIN_NANOS);
  }

  /** How many bytes {@link #put} appends. */
  int bytes(Flow flow) {
    return DataFrames.OPEN_OVERHEAD_BYTES + flow.target().length();
  }

  /** Appends an OPEN, which must stand before anything of the flow in the packet. */
  void put(long now, Flow flow, ByteBuffer packet) {
    DataFrames.putOpen(packet, flow.id(), flow.target());
    flow.setIntroduced(now);
  }

  /** Something came back on the flow in the present epoch. */
  void onAnswer(Flow flow) {
    if (!flow.isAnswered()) {
      flow.setAnswered(true);
      refused.remove(flow.target());
    }
  }

  /** The peer does not open the flow: told once for each target, until that answers. */
  void onRefused(Flow flow, int reason) {
    flow.setAnswered(false);
    if (refused.size() < CoreLimits.REFUSED_TARGETS_TOLD && refused.add(flow.target())) {
      session.emit(new Event.TargetRefused(session, flow.target(), TargetRefusal.of(reason)));
    }
  }
}

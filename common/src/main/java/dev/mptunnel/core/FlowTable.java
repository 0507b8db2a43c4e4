package dev.mptunnel.core;

import dev.mptunnel.wire.Limits;
import java.util.ArrayList;
import java.util.List;

/** The flows of one session, at most so many; the longest idle one makes room for a new one. */
final class FlowTable {

  private final Session session;
  private final int maxFlows;
  private final LongMap<Flow> byId = new LongMap<>();
  private int nextId;

  FlowTable(Session session, int maxFlows) {
    this.session = session;
    this.maxFlows = maxFlows;
  }

  int size() {
    return byId.size();
  }

  /** The flow of this id, or null. */
  Flow get(int id) {
    return byId.get(id);
  }

  /** Puts in a flow that the peer named. */
  Flow add(int id, long now) {
    Flow flow = new Flow(session, id, now);
    byId.put(id, flow);
    return flow;
  }

  /** Puts in a flow of our own, with an id that has been unused for the longest. */
  Flow open(long now) {
    while (byId.get(nextId) != null) {
      nextId = (nextId + 1) % Limits.MAX_FLOW_IDS;
    }
    Flow flow = add(nextId, now);
    nextId = (nextId + 1) % Limits.MAX_FLOW_IDS;
    return flow;
  }

  /** Takes out the longest idle flow if the table is full; null if there is room. */
  Flow evictIfFull() {
    if (byId.size() < maxFlows) {
      return null;
    }
    Flow[] oldest = new Flow[1];
    byId.forEach(
        flow -> {
          if (oldest[0] == null || flow.lastUsedNanos() < oldest[0].lastUsedNanos()) {
            oldest[0] = flow;
          }
        });
    byId.remove(oldest[0].id());
    return oldest[0];
  }

  /** Takes out what was last used before this time. */
  List<Flow> removeUnusedSince(long nanos) {
    List<Flow> idle = new ArrayList<>();
    byId.forEach(
        flow -> {
          if (flow.lastUsedNanos() < nanos) {
            idle.add(flow);
          }
        });
    idle.forEach(flow -> byId.remove(flow.id()));
    return idle;
  }

  /** Takes out a flow; nothing if it is gone or its id has come to mean another. */
  void remove(Flow flow) {
    if (byId.get(flow.id()) == flow) {
      byId.remove(flow.id());
    }
  }
}

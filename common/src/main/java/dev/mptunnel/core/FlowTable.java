package dev.mptunnel.core;

import dev.mptunnel.wire.Limits;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The flows of one session, at most so many; the longest idle one makes room for a new one. Those
 * to destinations go first: a program may name hundreds in a moment, and a VPN has one flow, which
 * it would find at another port.
 */
final class FlowTable {

  private final Session session;
  private final int maxFlows;
  private final LongMap<Flow> byId = new LongMap<>();
  private int nextFixed;
  private int nextNamed = Limits.FIRST_NAMED_FLOW;

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

  /**
   * Puts in a flow that the peer opened.
   *
   * @param target as {@link Flow#target}
   */
  Flow add(int id, String target, long now) {
    Flow flow = new Flow(session, id, target, now);
    byId.put(id, flow);
    return flow;
  }

  /** Puts in a flow of our own, with an id of its kind that has been unused for the longest. */
  Flow open(String target, long now) {
    if (target == null) {
      int id = freeFrom(nextFixed, 0);
      nextFixed = after(id, 0);
      return add(id, null, now);
    }
    int id = freeFrom(nextNamed, Limits.FIRST_NAMED_FLOW);
    nextNamed = after(id, Limits.FIRST_NAMED_FLOW);
    return add(id, target, now);
  }

  private int freeFrom(int id, int first) {
    int free = id;
    while (byId.get(free) != null) {
      free = after(free, first);
    }
    return free;
  }

  private static int after(int id, int first) {
    return first + (id + 1 - first) % Limits.MAX_FLOWS;
  }

  void forEach(Consumer<Flow> action) {
    byId.forEach(action);
  }

  /** Takes out the flow that makes room if the table is full; null if there is room. */
  Flow evictIfFull() {
    if (byId.size() < maxFlows) {
      return null;
    }
    Flow[] first = new Flow[1];
    byId.forEach(flow -> first[0] = goesBefore(flow, first[0]) ? flow : first[0]);
    byId.remove(first[0].id());
    return first[0];
  }

  private static boolean goesBefore(Flow flow, Flow other) {
    if (other == null || flow.isDestination() != other.isDestination()) {
      return other == null || flow.isDestination();
    }
    return flow.lastUsedNanos() < other.lastUsedNanos();
  }

  /** Takes out what was last used before this time. */
  List<Flow> removeUnusedSince(long nanos) {
    return removeIf(flow -> flow.lastUsedNanos() < nanos);
  }

  /** Takes out those of which this holds. */
  List<Flow> removeIf(Predicate<Flow> condition) {
    List<Flow> removed = new ArrayList<>();
    byId.forEach(
        flow -> {
          if (condition.test(flow)) {
            removed.add(flow);
          }
        });
    removed.forEach(flow -> byId.remove(flow.id()));
    return removed;
  }

  /** Takes out a flow. @return false if it is gone or its id has come to mean another */
  boolean remove(Flow flow) {
    boolean isThere = byId.get(flow.id()) == flow;
    if (isThere) {
      byId.remove(flow.id());
    }
    return isThere;
  }
}

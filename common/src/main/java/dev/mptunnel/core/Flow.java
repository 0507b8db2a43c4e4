package dev.mptunnel.core;

import dev.mptunnel.wire.About;
import dev.mptunnel.wire.DataFrames;
import dev.mptunnel.wire.Destination;

/**
 * One application address inside a session. The two ends know it by the same id; whoever drives the
 * endpoint may hang a socket on it.
 */
public final class Flow {

  private final Session session;
  private final int id;
  private final String target;
  private final boolean destination;
  private boolean ordered;
  private FlowOrder order;
  private int sequence;
  private long lastUsedNanos;
  private long fragmented;
  private long introducedNanos;
  private boolean answered;
  private Object attachment;

  Flow(Session session, int id, String target, long now) {
    this.session = session;
    this.id = id;
    this.target = target;
    destination = target != null && !About.TARGET.equals(target) && Destination.isWritten(target);
    lastUsedNanos = now;
    sequence = session.random().nextInt(DataFrames.SEQUENCES);
  }

  /** The session that the flow belongs to. */
  public Session session() {
    return session;
  }

  /** The flow's id within its session, 0 to 65,535. */
  public int id() {
    return id;
  }

  /** The name of the target that the flow leads to; null for the fixed one, which has none. */
  public String target() {
    return target;
  }

  /** Whether it leads to what a program has named, of which there may be any number. */
  boolean isDestination() {
    return destination;
  }

  /** Whether what is sent on it is to be delivered in the order in which it was sent. */
  public boolean isOrdered() {
    return ordered;
  }

  void setOrdered(boolean ordered) {
    this.ordered = ordered;
  }

  /** What was attached, or null. */
  public Object attachment() {
    return attachment;
  }

  /** Hangs something on the flow, for whoever drives the endpoint. */
  public void attach(Object attachment) {
    this.attachment = attachment;
  }

  /** The order of what comes on it; null while nothing has that wants its order. */
  FlowOrder order() {
    return order;
  }

  void setOrder(FlowOrder order) {
    this.order = order;
  }

  /** The sequence number of the next datagram that is sent on it. */
  int takeSequence() {
    int taken = sequence;
    sequence = sequence + 1 & DataFrames.SEQUENCES - 1;
    return taken;
  }

  void touch(long now) {
    lastUsedNanos = now;
  }

  /** One more of its datagrams goes in pieces. @return how many have by now */
  long countFragmented() {
    return ++fragmented;
  }

  long lastUsedNanos() {
    return lastUsedNanos;
  }

  /** When the peer was last told where the flow leads. */
  long introducedNanos() {
    return introducedNanos;
  }

  void setIntroduced(long now) {
    introducedNanos = now;
  }

  /** Whether something has come back on the flow in the present epoch. */
  boolean isAnswered() {
    return answered;
  }

  void setAnswered(boolean answered) {
    this.answered = answered;
  }

  @Override
  public String toString() {
    return session + "/" + id + (target == null ? "" : " to " + target);
  }
}

package dev.mptunnel.harness.world;

import dev.mptunnel.core.Endpoint;
import dev.mptunnel.core.EndpointSettings;
import dev.mptunnel.core.EndpointSettings.RepairSettings;
import dev.mptunnel.core.Event;
import dev.mptunnel.core.Flow;
import dev.mptunnel.core.Output;
import dev.mptunnel.core.Security;
import dev.mptunnel.core.Session;
import dev.mptunnel.harness.sim.SimNetwork;
import dev.mptunnel.harness.sim.SimNode;
import dev.mptunnel.harness.sim.Trace;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * One life of an endpoint on a simulated network. Its clock may run ahead of the network's, and it
 * may sleep: then it hears nothing and does nothing, but its clock goes on.
 */
final class CoreNode implements SimNode, Output {

  private static final long LONGEST_AUTO_HOLD_NANOS = TimeUnit.SECONDS.toNanos(1);

  /**
   * What a node lives in.
   *
   * @param keys of all nodes
   * @param watcher is told of all that the node does
   * @param wrapping what stands between an endpoint and its node; identity but where a test wants
   *     to see a broken endpoint found
   */
  record Surroundings(
      SimNetwork network,
      Trace trace,
      Keyring keys,
      Watcher watcher,
      UnaryOperator<Output> wrapping) {}

  private final String name;
  private final RepairSettings repair;
  private final Surroundings around;
  private final Endpoint endpoint;
  private final List<Flow> flows = new ArrayList<>();
  private long aheadNanos;
  private int interruptions;
  private boolean asleep;
  private boolean killed;

  CoreNode(
      String name,
      EndpointSettings settings,
      Security security,
      RandomGenerator random,
      Surroundings around) {
    this.name = name;
    this.repair = settings.repairSettings();
    this.around = around;
    Security logged = new KeyLog(security, this, around.keys());
    this.endpoint = new Endpoint(settings, logged, random, around.wrapping().apply(this));
  }

  Endpoint endpoint() {
    return endpoint;
  }

  /** The flows that either end has opened and that are not forgotten. */
  List<Flow> flows() {
    return flows;
  }

  /** Opens a flow of the node's own to this target, or, if that is null, to the fixed one. */
  void openFlow(Session session, String target, boolean ordered) {
    flows.add(endpoint.openFlow(clockNanos(), session, target, ordered));
  }

  /** The longest that it may let a datagram wait for another; 0 for not at all. */
  long longestHoldNanos() {
    return repair.holdNanos() == RepairSettings.HOLD_AUTO
        ? LONGEST_AUTO_HOLD_NANOS
        : repair.holdNanos();
  }

  /** How often it has fallen asleep, or its clock has jumped. */
  int interruptions() {
    return interruptions;
  }

  /** What the node's clock says. */
  long clockNanos() {
    return around.network().nowNanos() + aheadNanos;
  }

  /** The clock jumps forward. */
  void jump(long nanos) {
    aheadNanos += nanos;
    interruptions++;
  }

  void setAsleep(boolean asleep) {
    this.asleep = asleep;
    interruptions++;
  }

  /** The process is gone. */
  void kill() {
    killed = true;
  }

  /** Whether the process is there and the machine awake. */
  boolean isRunning() {
    return !asleep && !killed;
  }

  /** A copy of a packet reaches the node, which is about to be given it. */
  void onArrival(boolean intact, ByteBuffer packet) {
    if (isRunning()) {
      around.watcher().onArrival(this, intact, packet);
    }
  }

  /** An application gives a datagram to one of the node's flows, if it can. */
  void submit(Flow flow, ByteBuffer payload) {
    if (isRunning()) {
      around.watcher().onSubmit(this, flow, payload);
      endpoint.send(clockNanos(), flow, payload);
    }
  }

  @Override
  public void onDatagram(long nowNanos, int port, InetSocketAddress source, ByteBuffer datagram) {
    if (isRunning()) {
      endpoint.onDatagram(clockNanos(), port, source, datagram);
      around.watcher().afterArrival(this);
    }
  }

  @Override
  public long nextTimer() {
    long next = isRunning() ? endpoint.nextTimer() : NEVER;
    return next == NEVER ? NEVER : next - aheadNanos;
  }

  @Override
  public void onTimer(long nowNanos) {
    endpoint.onTimer(clockNanos());
  }

  @Override
  public void transmit(int port, InetSocketAddress remote, ByteBuffer packet) {
    around.watcher().onTransmit(this, remote, packet.asReadOnlyBuffer());
    around.network().send(this, port, remote, packet);
  }

  @Override
  public void deliver(Flow flow, ByteBuffer payload) {
    around.watcher().onDeliver(this, flow, payload.asReadOnlyBuffer());
  }

  @Override
  public void event(Event event) {
    around.trace().note(around.network().nowNanos(), name + ": " + event);
    around.watcher().onEvent(this, event);
    switch (event) {
      case Event.FlowOpened(Flow flow) -> flows.add(flow);
      case Event.FlowClosed(Flow flow) -> flows.remove(flow);
      default -> {}
    }
  }

  @Override
  public String toString() {
    return name;
  }
}

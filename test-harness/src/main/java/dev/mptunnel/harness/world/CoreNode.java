package dev.mptunnel.harness.world;

import dev.mptunnel.core.Endpoint;
import dev.mptunnel.core.EndpointSettings;
import dev.mptunnel.core.Event;
import dev.mptunnel.core.Flow;
import dev.mptunnel.core.Output;
import dev.mptunnel.harness.sim.SimNetwork;
import dev.mptunnel.harness.sim.SimNode;
import dev.mptunnel.harness.sim.Trace;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/** One life of an endpoint on a simulated network, watched by the oracle. */
final class CoreNode implements SimNode, Output {

  private final String name;
  private final SimNetwork network;
  private final Trace trace;
  private final DeliveryOracle oracle;
  private final Endpoint endpoint;
  private final List<Flow> flows = new ArrayList<>();

  /**
   * @param wrapping what stands between the endpoint and this node; identity but where a test wants
   *     to see a broken endpoint found
   */
  CoreNode(
      String name,
      EndpointSettings settings,
      RandomGenerator random,
      SimNetwork network,
      Trace trace,
      DeliveryOracle oracle,
      UnaryOperator<Output> wrapping) {
    this.name = name;
    this.network = network;
    this.trace = trace;
    this.oracle = oracle;
    this.endpoint = new Endpoint(settings, random, wrapping.apply(this));
  }

  Endpoint endpoint() {
    return endpoint;
  }

  /** The flows that the peer opened and that are not forgotten. */
  List<Flow> flows() {
    return flows;
  }

  /** An application gives a datagram to one of the node's flows. */
  void submit(Flow flow, ByteBuffer payload) {
    oracle.onSubmit(this, flow, payload);
    endpoint.send(network.nowNanos(), flow, payload);
  }

  @Override
  public void onDatagram(long nowNanos, int port, InetSocketAddress source, ByteBuffer datagram) {
    endpoint.onDatagram(nowNanos, port, source, datagram);
    oracle.afterArrival(this);
  }

  @Override
  public long nextTimer() {
    return endpoint.nextTimer();
  }

  @Override
  public void onTimer(long nowNanos) {
    endpoint.onTimer(nowNanos);
  }

  @Override
  public void transmit(int port, InetSocketAddress remote, ByteBuffer packet) {
    oracle.onTransmit(this, packet.asReadOnlyBuffer());
    network.send(this, port, remote, packet);
  }

  @Override
  public void deliver(Flow flow, ByteBuffer payload) {
    oracle.onDeliver(this, flow, payload);
  }

  @Override
  public void event(Event event) {
    trace.note(network.nowNanos(), name + ": " + event);
    oracle.onEvent(this, event);
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

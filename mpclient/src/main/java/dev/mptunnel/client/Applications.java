package dev.mptunnel.client;

import dev.mptunnel.core.Endpoint;
import dev.mptunnel.core.Flow;
import dev.mptunnel.net.DatagramPort;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which local application has which flow, at one port of ours: each address that sends there is one
 * application.
 */
final class Applications {

  /**
   * An application's address.
   *
   * @param all where it is one of
   * @param port the port of ours that it sends to, and is answered from
   * @param address where it sends from
   */
  record Application(Applications all, DatagramPort port, InetSocketAddress address) {}

  private final Map<InetSocketAddress, Flow> flows = new HashMap<>();

  /** The application's flow, or null if it has none. */
  Flow flowOf(InetSocketAddress address) {
    return flows.get(address);
  }

  /** The application has this flow. */
  void add(DatagramPort port, InetSocketAddress address, Flow flow) {
    flow.attach(new Application(this, port, address));
    flows.put(address, flow);
  }

  /** Closes all flows; whoever speaks again gets another. */
  void closeFlows(Endpoint endpoint) {
    List.copyOf(flows.values()).forEach(endpoint::closeFlow);
  }

  /**
   * Whoever speaks again gets another flow; those that there are still bring what comes on them.
   */
  void forget() {
    flows.clear();
  }

  /** The application behind a flow. */
  static Application of(Flow flow) {
    return (Application) flow.attachment();
  }

  /** The flow is gone; should its application speak again, it gets another. */
  static void remove(Flow flow) {
    Application application = of(flow);
    application.all().flows.remove(application.address(), flow);
  }
}

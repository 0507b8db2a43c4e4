package dev.mptunnel.client;

import dev.mptunnel.core.Flow;
import dev.mptunnel.net.DatagramPort;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Which local application has which flow: each address that sends to us is one application. */
final class Applications {

  /**
   * An application's address.
   *
   * @param port the port of ours that it sends to, and is answered from
   * @param address where it sends from
   */
  record Application(DatagramPort port, InetSocketAddress address) {}

  private final Map<Application, Flow> flows = new HashMap<>();

  /** The application's flow; if it has none, the one that the supplier opens. */
  Flow flowOf(DatagramPort port, InetSocketAddress address, Supplier<Flow> open) {
    Application application = new Application(port, address);
    Flow flow = flows.get(application);
    if (flow == null) {
      flow = open.get();
      flow.attach(application);
      flows.put(application, flow);
    }
    return flow;
  }

  /** The application behind a flow. */
  static Application of(Flow flow) {
    return (Application) flow.attachment();
  }

  /** The flow is gone; should its application speak again, it gets another. */
  void remove(Flow flow) {
    flows.remove(of(flow), flow);
  }
}

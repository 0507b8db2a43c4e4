package dev.mptunnel.server;

import dev.mptunnel.config.HostPort;
import dev.mptunnel.config.SocketSettings;
import dev.mptunnel.core.Flow;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.DatagramHandler;
import dev.mptunnel.net.DatagramPort;
import dev.mptunnel.net.EndpointDriver;
import dev.mptunnel.net.PortOptions;
import dev.mptunnel.net.PreferredPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;

/**
 * One target, and the sockets to it: one for each flow, so that the target tells applications
 * apart. A flow's source port follows from its session and id, so that after a restart of ours the
 * target sees the same address.
 */
final class Target {

  private final DatagramEngine engine;
  private final EndpointDriver driver;
  private final SocketSettings sockets;
  private final TargetLog log;
  private TargetAddress address;
  private HostPort where;
  private final Set<Flow> flows = new HashSet<>();

  Target(
      DatagramEngine engine,
      EndpointDriver driver,
      HostPort target,
      SocketSettings sockets,
      TargetLog log) {
    this.engine = engine;
    this.driver = driver;
    this.sockets = sockets;
    this.log = log;
    where = target;
    address = new TargetAddress(engine, target, this::onMoved, log);
  }

  /** Where it is, as written. */
  HostPort where() {
    return where;
  }

  /** It is elsewhere from now on: its flows move there, once that is resolved. */
  void move(HostPort to) {
    address.close();
    where = to;
    address = new TargetAddress(engine, to, this::onMoved, log);
    start();
  }

  /** Asks for the target's address, now and from time to time. */
  void start() {
    address.start();
  }

  private void onMoved(InetSocketAddress to) {
    for (Flow flow : flows) {
      closePort(flow);
      openPort(flow, to);
    }
  }

  void open(Flow flow) {
    flows.add(flow);
    if (address.now() != null) {
      openPort(flow, address.now());
    }
  }

  private void openPort(Flow flow, InetSocketAddress to) {
    PortOptions options =
        PortOptions.connected(to)
            .withBufferBytes(sockets.bufferBytes())
            .withCarried(sockets.carried());
    long seed = flow.session().id() ^ (long) flow.id() << 48;
    try {
      flow.attach(PreferredPort.open(engine, options, seed, new AnswerHandler(flow)));
    } catch (IOException e) {
      log.trouble(e.getMessage());
    }
  }

  void close(Flow flow) {
    flows.remove(flow);
    closePort(flow);
  }

  private static void closePort(Flow flow) {
    if (flow.attachment() instanceof DatagramPort port) {
      port.close();
      flow.attach(null);
    }
  }

  /** Closes all sockets to the target. */
  void close() {
    address.close();
    flows.forEach(Target::closePort);
    flows.clear();
  }

  void deliver(Flow flow, ByteBuffer payload, int trafficClass) {
    if (flow.attachment() instanceof DatagramPort port) {
      driver.send(port, payload, null, trafficClass);
    }
  }

  private final class AnswerHandler implements DatagramHandler {

    private final Flow flow;

    AnswerHandler(Flow flow) {
      this.flow = flow;
    }

    @Override
    public void onDatagram(DatagramPort port, InetSocketAddress source, ByteBuffer datagram) {
      log.answers(source);
      driver.endpoint().send(engine.nanoTime(), flow, datagram, port.trafficClass());
    }

    @Override
    public void onBatchEnd(DatagramPort port) {
      driver.finish();
    }

    @Override
    public void onError(DatagramPort port, IOException error) {
      log.refuses(address.now());
      address.askForAnother();
    }
  }
}

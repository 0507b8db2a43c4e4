package dev.mptunnel.client;

import dev.mptunnel.config.SocketSettings;
import dev.mptunnel.core.Flow;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.DatagramHandler;
import dev.mptunnel.net.DatagramPort;
import dev.mptunnel.net.EndpointDriver;
import dev.mptunnel.net.PortOptions;
import dev.mptunnel.proxy.DatagramHead;
import dev.mptunnel.wire.Destination;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The UDP sockets of the proxy (UDP ASSOCIATE): each is one application's, and each destination
 * that it sends to is a flow. On the thread of datagrams, but where it says otherwise.
 */
final class Associations {

  /** So many at once, and of one host. */
  private static final int MOST = 256;

  private static final int MOST_OF_HOST = 64;

  /** Destinations of one, whose longest idle makes room for a new one. */
  private static final int DESTINATIONS = 64;

  private final DatagramEngine engine;
  private final EndpointDriver driver;
  private final SocketSettings sockets;
  private final Function<Destination, Flow> opener;
  private final Set<Association> all = new HashSet<>();
  private final ByteBuffer scratch = ByteBuffer.allocateDirect(DatagramHead.MAX_BYTES + (64 << 10));

  /**
   * @param opener opens a flow to a destination
   */
  Associations(
      DatagramEngine engine,
      EndpointDriver driver,
      SocketSettings sockets,
      Function<Destination, Flow> opener) {
    this.engine = engine;
    this.driver = driver;
    this.sockets = sockets;
    this.opener = opener;
  }

  /**
   * Opens a socket for an application. From any thread.
   *
   * @param local where it is to be
   * @param from where the application sends from, from which alone datagrams are taken; port 0
   *     where it has not said that
   * @param back to the caller's thread
   * @param opened is given it there, or null if there are too many, or it cannot be had
   */
  void open(
      InetAddress local, InetSocketAddress from, Executor back, Consumer<Association> opened) {
    engine.execute(
        () -> {
          Association association = orNull(local, from);
          back.execute(() -> opened.accept(association));
        });
  }

  private Association orNull(InetAddress local, InetSocketAddress from) {
    long ofHost = all.stream().filter(each -> each.host.equals(from.getAddress())).count();
    if (all.size() >= MOST || ofHost >= MOST_OF_HOST) {
      return null;
    }
    Association association = new Association(from);
    PortOptions options =
        PortOptions.at(new InetSocketAddress(local, 0))
            .withBufferBytes(sockets.bufferBytes())
            .withCarried(sockets.carried());
    try {
      association.port = engine.open(options, association);
    } catch (IOException e) {
      return null;
    }
    all.add(association);
    return association;
  }

  /** Whether a flow is one of these. */
  static boolean has(Flow flow) {
    return flow.attachment() instanceof Association.Way;
  }

  /** Gives the application what came on a flow of these. */
  static void deliver(Flow flow, ByteBuffer payload, int trafficClass) {
    ((Association.Way) flow.attachment()).deliver(flow, payload, trafficClass);
  }

  /** A flow of these is gone. */
  static void remove(Flow flow) {
    ((Association.Way) flow.attachment()).remove(flow);
  }

  /** Whoever sends again gets other flows; those that there are still bring what comes on them. */
  void forgetFlows() {
    all.forEach(each -> each.flows.clear());
  }

  /** How many there are. */
  int size() {
    return all.size();
  }

  /** Closes all sockets. */
  void close() {
    Set.copyOf(all).forEach(Association::closeNow);
  }

  /** The socket of an application. */
  final class Association implements DatagramHandler {

    private final InetAddress host;
    private final int sourcePort;

    /** The longest idle one first. */
    private final SequencedMap<Destination, Flow> flows = new LinkedHashMap<>();

    private DatagramPort port;
    private InetSocketAddress application;

    Association(InetSocketAddress from) {
      host = from.getAddress();
      sourcePort = from.getPort();
    }

    /** Where the application is to send to. From any thread. */
    InetSocketAddress place() {
      return port.localAddress();
    }

    /** The application has gone. From any thread. */
    void close() {
      engine.execute(this::closeNow);
    }

    private void closeNow() {
      all.remove(this);
      port.close();
      List.copyOf(flows.values()).forEach(driver.endpoint()::closeFlow);
    }

    @Override
    public void onDatagram(DatagramPort from, InetSocketAddress source, ByteBuffer datagram) {
      // Who spoke first from the application's host is the application, where it has not said more.
      if (!source.getAddress().equals(host)
          || (sourcePort != 0 && sourcePort != source.getPort())
          || (application != null && !application.equals(source))) {
        return;
      }
      Destination to = DatagramHead.read(datagram);
      if (to == null) {
        return;
      }
      application = source;
      Flow flow = flows.get(to);
      if (flow == null) {
        if (flows.size() >= DESTINATIONS) {
          driver.endpoint().closeFlow(flows.firstEntry().getValue());
        }
        flow = opener.apply(to);
        flow.attach(new Way(to));
      }
      flows.putLast(to, flow);
      driver.endpoint().send(engine.nanoTime(), flow, datagram, from.trafficClass());
    }

    @Override
    public void onBatchEnd(DatagramPort from) {
      driver.finish();
    }

    @Override
    public void onError(DatagramPort from, IOException error) {
      // An application that has gone; its connection tells.
    }

    /** One destination. */
    private final class Way {

      private final Destination to;

      Way(Destination to) {
        this.to = to;
      }

      private void deliver(Flow flow, ByteBuffer payload, int trafficClass) {
        if (all.contains(Association.this) && application != null) {
          if (flows.get(to) == flow) {
            flows.putLast(to, flow);
          }
          scratch.clear();
          DatagramHead.put(scratch, to);
          driver.send(port, scratch.put(payload).flip(), application, trafficClass);
        }
      }

      private void remove(Flow flow) {
        flows.remove(to, flow);
      }
    }
  }
}

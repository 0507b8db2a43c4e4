package dev.mptunnel.server;

import dev.mptunnel.config.SocketSettings;
import dev.mptunnel.core.Flow;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.DatagramHandler;
import dev.mptunnel.net.DatagramPort;
import dev.mptunnel.net.EndpointDriver;
import dev.mptunnel.net.PortOptions;
import dev.mptunnel.wire.Destination;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The sockets of flows that name a destination: one each, connected to the first of its addresses
 * that may be reached, so that only that is heard. On the thread of datagrams.
 */
final class FlowDestinations {

  /** What waits while a name is resolved. */
  private static final int WAITING = 8;

  private static final int WAITING_BYTES = 16 << 10;

  private static final long ASK_AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final DatagramEngine engine;
  private final EndpointDriver driver;
  private final SocketSettings sockets;
  private final Destinations destinations;
  private final Set<Flow> flows = new HashSet<>();

  FlowDestinations(
      DatagramEngine engine,
      EndpointDriver driver,
      SocketSettings sockets,
      Destinations destinations) {
    this.engine = engine;
    this.driver = driver;
    this.sockets = sockets;
    this.destinations = destinations;
  }

  void open(Flow flow) {
    Destination to = Destination.parse(flow.target());
    Socket socket = new Socket(flow, to);
    flow.attach(socket);
    flows.add(flow);
    socket.ask();
  }

  void deliver(Flow flow, ByteBuffer payload, int trafficClass) {
    if (flow.attachment() instanceof Socket socket) {
      socket.deliver(payload, trafficClass);
    }
  }

  void close(Flow flow) {
    flows.remove(flow);
    if (flow.attachment() instanceof Socket socket) {
      socket.close();
      flow.attach(null);
    }
  }

  /** What clients may reach has changed: what they may not any more, they do not. */
  void review() {
    for (Flow flow : List.copyOf(flows)) {
      if (flow.attachment() instanceof Socket socket && !socket.isStillPermitted()) {
        socket.drop();
      }
    }
  }

  void close() {
    List.copyOf(flows).forEach(this::close);
  }

  /** A datagram that waits while a name is resolved. */
  private record Waiting(ByteBuffer payload, int trafficClass) {}

  /** That of one flow. */
  private final class Socket implements DatagramHandler, NameQueries.Question {

    private final Flow flow;
    private final Destination to;
    private final Object who;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private int waitingBytes;
    private InetSocketAddress remote;
    private DatagramPort port;
    private boolean asking;
    private long failedNanos;
    private boolean closed;

    Socket(Flow flow, Destination to) {
      this.flow = flow;
      this.to = to;
      who = flow.session().rights().account(flow.session().id());
    }

    void ask() {
      asking = true;
      if (to.isAddress()) {
        onFound(List.of(to.address()));
      } else {
        destinations.names().ask(who, to.host(), this);
      }
    }

    @Override
    public boolean isWanted() {
      return !closed;
    }

    @Override
    public void onFound(List<InetAddress> found) {
      asking = false;
      if (closed) {
        return;
      }
      for (InetAddress address : found) {
        if (port == null && permit(address) && destinations.takeSocket(who)) {
          open(address);
        }
      }
      if (port == null) {
        drop();
        return;
      }
      waiting.forEach(each -> driver.send(port, each.payload(), null, each.trafficClass()));
      forgetWaiting();
      driver.finish();
    }

    @Override
    public void onTooMany() {
      onFound(List.of());
    }

    private boolean permit(InetAddress address) {
      return destinations.permit(flow.session().toString(), flow.session().rights(), to, address);
    }

    private void open(InetAddress address) {
      remote = new InetSocketAddress(address, to.port());
      PortOptions options =
          PortOptions.connected(remote)
              .withBufferBytes(sockets.bufferBytes())
              .withCarried(sockets.carried());
      try {
        port = engine.open(options, this);
      } catch (IOException e) {
        port = null; // no route leads there, for one: another address may do
        destinations.giveBackSocket(who);
      }
    }

    boolean isStillPermitted() {
      return port == null
          || destinations.isStillPermitted(flow.session().rights(), flow.target(), remote);
    }

    void deliver(ByteBuffer payload, int trafficClass) {
      if (isToBeAskedAgain()) {
        ask();
      }
      if (port != null) {
        driver.send(port, payload, null, trafficClass);
      } else if (asking
          && waiting.size() < WAITING
          && waitingBytes + payload.remaining() <= WAITING_BYTES) {
        waitingBytes += payload.remaining();
        ByteBuffer copy = ByteBuffer.allocate(payload.remaining()).put(payload.duplicate()).flip();
        waiting.add(new Waiting(copy, trafficClass));
      }
    }

    /** What failed once may not fail for ever: a name server may have been away. */
    private boolean isToBeAskedAgain() {
      return port == null
          && !asking
          && !closed
          && engine.nanoTime() - failedNanos >= ASK_AGAIN_NANOS;
    }

    /** It leads nowhere for now. */
    void drop() {
      failedNanos = engine.nanoTime();
      forgetWaiting();
      if (port != null) {
        port.close();
        port = null;
        destinations.giveBackSocket(who);
      }
    }

    private void forgetWaiting() {
      waiting.clear();
      waitingBytes = 0;
    }

    void close() {
      closed = true;
      drop();
    }

    @Override
    public void onDatagram(DatagramPort from, InetSocketAddress source, ByteBuffer datagram) {
      driver.endpoint().send(engine.nanoTime(), flow, datagram, from.trafficClass());
    }

    @Override
    public void onBatchEnd(DatagramPort from) {
      driver.finish();
    }

    @Override
    public void onError(DatagramPort from, IOException error) {
      // Nobody is there; the application finds that out by itself, as it would without us.
    }
  }
}

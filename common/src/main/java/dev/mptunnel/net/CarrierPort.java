package dev.mptunnel.net;

import dev.mptunnel.wire.Carrier;
import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.Limits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A port whose packets travel over TCP ({@link Carrier}): to each remote address leads a connection
 * of its own. What a connection does not take in time is dropped, the oldest first, as a queue of
 * UDP packets would be.
 *
 * <p>As a port it is used on the thread of the engine of datagrams; the connections live on that of
 * the engine of streams.
 */
public final class CarrierPort implements DatagramPort {

  /** What waits for a connection, so that what is late for good makes room. */
  private static final int QUEUE_BYTES = 128 << 10;

  /** Most packets are no longer; for others there is made room. */
  private static final int FIRST_INCOMING_BYTES = 2_048;

  /** Connections that peers dial, over all such ports. */
  private static final int CONNECTIONS = 1_024;

  /**
   * Those of one host to one port, but no more than half of the port's. Not shared out among the
   * ports: a bridge is one host, and its clients' sessions are where chance puts them.
   */
  private static final int CONNECTIONS_OF_HOST = 256;

  /** A peer that is there asks for an answer more often than this. */
  private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(60);

  /** Told of connections, on the thread of datagrams. */
  public interface Listener {

    /** Packets travel there from now on. */
    void onUp(InetSocketAddress remote);

    /**
     * … and no more, or never did.
     *
     * @param cause why, or null
     */
    void onDown(InetSocketAddress remote, IOException cause);
  }

  private final int maxConnections;
  private final int maxConnectionsOfHost;
  private final Engine core;
  private final StreamEngine streams;
  private final DatagramHandler handler;
  private final int number;

  /** The one that has been silent for longest first. */
  private final LinkedHashMap<InetSocketAddress, Connection> connections = new LinkedHashMap<>();

  private final List<Connection> unflushed = new ArrayList<>();
  private long sendDrops;
  private boolean closed;

  /**
   * A port without connections.
   *
   * @param number by which its endpoint knows it
   * @param shares how many such ports there are, which have so many connections together
   */
  public CarrierPort(
      Engine core, StreamEngine streams, int number, int shares, DatagramHandler handler) {
    maxConnections = Math.ceilDiv(CONNECTIONS, shares);
    maxConnectionsOfHost = Math.min(CONNECTIONS_OF_HOST, Math.ceilDiv(maxConnections, 2));
    this.core = core;
    this.streams = streams;
    this.number = number;
    this.handler = handler;
  }

  /** By which its endpoint knows it. */
  public int number() {
    return number;
  }

  /**
   * Dials a connection. On the thread of datagrams.
   *
   * @param sessionId of the session whose packets it is for
   */
  public void dial(
      InetSocketAddress remote, StreamOptions options, long sessionId, Listener listener) {
    Connection connection = new Connection(listener);
    connection.head = ByteBuffer.wrap(Carrier.head(sessionId));
    streams.execute(() -> streams.connect(remote, options, connection));
  }

  /**
   * Takes a connection that a peer has dialled, whose head has come. On the thread of streams.
   *
   * @param more what came behind the head
   */
  public void accept(StreamSocket socket, ByteBuffer more) {
    Connection connection =
        new Connection(
            new Listener() {
              @Override
              public void onUp(InetSocketAddress remote) {}

              @Override
              public void onDown(InetSocketAddress remote, IOException cause) {}
            });
    socket.setHandler(connection);
    connection.start(socket);
    connection.onRead(socket, more);
  }

  @Override
  public InetSocketAddress localAddress() {
    return null;
  }

  @Override
  public void send(ByteBuffer datagram, InetSocketAddress remote) {
    Connection connection = connections.get(remote);
    if (connection == null) {
      sendDrops++;
      return;
    }
    if (connection.batch.isEmpty()) {
      unflushed.add(connection);
    }
    ByteBuffer framed = ByteBuffer.allocate(Carrier.LENGTH_BYTES + datagram.remaining());
    framed.putShort((short) datagram.remaining()).put(datagram.duplicate()).flip();
    connection.batch.add(framed);
  }

  @Override
  public void flush() {
    for (Connection connection : unflushed) {
      List<ByteBuffer> batch = connection.batch;
      connection.batch = new ArrayList<>();
      streams.execute(() -> connection.enqueue(batch));
    }
    unflushed.clear();
  }

  @Override
  public boolean stayOn(int interfaceIndex) {
    return false;
  }

  @Override
  public long sendDrops() {
    return sendDrops;
  }

  /** Closes all connections. The port may be used again. */
  public void hangUp() {
    List<Connection> all = List.copyOf(connections.values());
    streams.execute(() -> all.forEach(connection -> connection.socket.abort()));
  }

  @Override
  public void close() {
    closed = true;
    hangUp();
  }

  private void add(Connection connection, InetSocketAddress remote) {
    if (closed) {
      streams.execute(connection.socket::abort);
      return;
    }
    makeRoomFor(remote.getAddress());
    connection.heardNanos = core.nanoTime();
    connections.put(remote, connection);
    connection.listener.onUp(remote);
  }

  private void makeRoomFor(InetAddress host) {
    long now = core.nanoTime();
    while (!connections.isEmpty()
        && (connections.size() >= maxConnections
            || now - connections.firstEntry().getValue().heardNanos > SILENCE_NANOS)) {
      end(connections.firstEntry().getKey());
    }
    List<InetSocketAddress> ofHost =
        connections.keySet().stream().filter(each -> each.getAddress().equals(host)).toList();
    if (ofHost.size() >= maxConnectionsOfHost) {
      end(ofHost.getFirst());
    }
  }

  private void end(InetSocketAddress remote) {
    Connection ended = connections.remove(remote);
    streams.execute(ended.socket::abort);
  }

  private void remove(Connection connection, InetSocketAddress remote, IOException cause) {
    if (connections.remove(remote, connection) || !connection.wasUp) {
      connection.listener.onDown(remote, cause);
    }
  }

  private void handle(InetSocketAddress remote, List<ByteBuffer> packets) {
    if (closed) {
      return;
    }
    Connection from = connections.remove(remote);
    if (from != null) {
      from.heardNanos = core.nanoTime();
      connections.put(remote, from);
    }
    packets.forEach(packet -> handler.onDatagram(this, remote, packet));
    handler.onBatchEnd(this);
  }

  /** On the thread of streams, but for {@code batch}. */
  private final class Connection implements StreamHandler {

    private final Listener listener;
    private final ArrayDeque<ByteBuffer> queue = new ArrayDeque<>();
    private ByteBuffer incoming = ByteBuffer.allocate(FIRST_INCOMING_BYTES);
    private List<ByteBuffer> batch = new ArrayList<>();
    private StreamSocket socket;
    private ByteBuffer head;
    private long queuedBytes;
    private long heardNanos;
    private boolean wasUp;
    private boolean broken;

    Connection(Listener listener) {
      this.listener = listener;
    }

    void start(StreamSocket connected) {
      socket = connected;
      wasUp = true;
      if (head != null) {
        socket.write(head);
        socket.flush();
      }
      socket.setReading(true);
      InetSocketAddress remote = connected.remoteAddress();
      core.execute(() -> add(this, remote));
    }

    void enqueue(List<ByteBuffer> packets) {
      for (ByteBuffer packet : packets) {
        queue.add(packet);
        queuedBytes += packet.remaining();
      }
      while (queuedBytes > QUEUE_BYTES) {
        queuedBytes -= queue.poll().remaining();
      }
      drain();
    }

    private void drain() {
      while (!queue.isEmpty() && socket.isWritable()) {
        ByteBuffer packet = queue.poll();
        queuedBytes -= packet.remaining();
        socket.write(packet);
      }
      socket.flush();
    }

    @Override
    public void onConnected(StreamSocket connected) {
      start(connected);
    }

    @Override
    public void onRead(StreamSocket from, ByteBuffer bytes) {
      List<ByteBuffer> packets = new ArrayList<>();
      while (bytes.hasRemaining() && !broken) {
        int taken = Math.min(bytes.remaining(), incoming.remaining());
        incoming.put(bytes.slice(bytes.position(), taken));
        bytes.position(bytes.position() + taken);
        takePackets(packets);
      }
      if (!packets.isEmpty()) {
        InetSocketAddress remote = from.remoteAddress();
        from.setReading(false); // until these have been handled
        core.execute(
            () -> {
              handle(remote, packets);
              streams.execute(() -> from.setReading(true));
            });
      }
    }

    private void takePackets(List<ByteBuffer> packets) {
      incoming.flip();
      while (incoming.remaining() >= Carrier.LENGTH_BYTES) {
        int length = incoming.getShort(incoming.position()) & 0xffff;
        if (length < Header.LENGTH || length > Limits.MAX_PACKET_BYTES) {
          broken = true;
          socket.abort();
          break;
        }
        if (incoming.remaining() < Carrier.LENGTH_BYTES + length) {
          makeRoom(Carrier.LENGTH_BYTES + length);
          break;
        }
        incoming.position(incoming.position() + Carrier.LENGTH_BYTES);
        byte[] packet = new byte[length];
        incoming.get(packet);
        packets.add(ByteBuffer.wrap(packet));
      }
      incoming.compact();
    }

    private void makeRoom(int bytes) {
      if (incoming.capacity() < bytes) {
        incoming = ByteBuffer.allocate(bytes).put(incoming).flip();
      }
    }

    @Override
    public void onWritable(StreamSocket to) {
      drain();
    }

    @Override
    public void onFinished(StreamSocket from) {
      from.abort();
    }

    @Override
    public void onClosed(StreamSocket closed, IOException cause) {
      InetSocketAddress remote = closed.remoteAddress();
      core.execute(() -> remove(this, remote, cause));
    }
  }
}

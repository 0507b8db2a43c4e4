package dev.mptunnel.server;

import dev.mptunnel.net.Engine;
import dev.mptunnel.net.StreamEngine;
import dev.mptunnel.net.StreamHandler;
import dev.mptunnel.net.StreamSocket;
import dev.mptunnel.wire.Carrier;
import dev.mptunnel.wire.Join;
import dev.mptunnel.wire.PacketType;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.Predicate;

/**
 * Where TCP connections stand that have not said yet what they are, or have, and it is looked up:
 * so many, and for so long, and no longer. Whoever says something else is turned away without a
 * word. Where there are too many, the oldest of the same host goes, or the oldest.
 */
final class Doorstep {

  private static final int PLACES = 1_024;

  /** Many clients may stand behind one bridge. */
  private static final int PLACES_OF_HOST = 256;

  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long TICK_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final StreamEngine engine;
  private final Predicate<Long> isSessionId;
  private final BiConsumer<Newcomer, byte[]> onJoin;
  private final Carriers onCarrier;
  private final Engine.EngineTimer tick;
  private final LinkedHashSet<Newcomer> newcomers = new LinkedHashSet<>();
  private final Map<InetAddress, Integer> hosts = new HashMap<>();
  private final AtomicLong turnedAway = new AtomicLong();

  /** Who takes those who bring packets. */
  @FunctionalInterface
  interface Carriers {

    /**
     * Takes one.
     *
     * @param sessionId whose packets it says that they are
     * @param first the first of them
     */
    void take(long sessionId, StreamSocket socket, ByteBuffer first);
  }

  /**
   * @param isSessionId whether it may be one, by its check bits
   * @param onJoin given who says JOIN, and that
   * @param onCarrier given who brings packets
   */
  Doorstep(
      StreamEngine engine,
      Predicate<Long> isSessionId,
      BiConsumer<Newcomer, byte[]> onJoin,
      Carriers onCarrier) {
    this.engine = engine;
    this.isSessionId = isSessionId;
    this.onJoin = onJoin;
    this.onCarrier = onCarrier;
    tick = engine.newTimer(this::onTick);
  }

  /** Somebody is there. */
  void arrive(StreamSocket socket) {
    Newcomer newcomer = new Newcomer(socket);
    if (hosts.getOrDefault(newcomer.host, 0) >= PLACES_OF_HOST) {
      turnAwayOldest(newcomer.host);
    } else if (newcomers.size() >= PLACES) {
      turnAwayOldest(null);
    }
    newcomers.add(newcomer);
    hosts.merge(newcomer.host, 1, Integer::sum);
    socket.setHandler(newcomer);
    socket.setReading(true);
    if (newcomers.size() == 1) {
      tick.set(engine.nanoTime() + TICK_NANOS);
    }
  }

  private void turnAwayOldest(InetAddress host) {
    Iterator<Newcomer> each = newcomers.iterator();
    while (each.hasNext()) {
      Newcomer newcomer = each.next();
      if (host == null || newcomer.host.equals(host)) {
        newcomer.turnAway();
        return;
      }
    }
  }

  private void onTick() {
    long now = engine.nanoTime();
    tick.set(now + TICK_NANOS);
    while (!newcomers.isEmpty() && now - newcomers.getFirst().sinceNanos >= PATIENCE_NANOS) {
      newcomers.getFirst().turnAway();
    }
    if (newcomers.isEmpty()) {
      tick.cancel();
    }
  }

  /** How many were turned away. From any thread. */
  long turnedAway() {
    return turnedAway.get();
  }

  void close() {
    tick.cancel();
    while (!newcomers.isEmpty()) {
      newcomers.getFirst().turnAway();
    }
  }

  /** Somebody of whom it is not known yet who he is. */
  final class Newcomer implements StreamHandler {

    private final StreamSocket socket;
    private final InetAddress host;
    private final long sinceNanos = engine.nanoTime();
    private final ByteBuffer said = ByteBuffer.allocate(Join.JOIN_BYTES);

    Newcomer(StreamSocket socket) {
      this.socket = socket;
      host = socket.remoteAddress().getAddress();
    }

    StreamSocket socket() {
      return socket;
    }

    /** Leaves the doorstep. @return false if he had before */
    boolean leave() {
      if (newcomers.remove(this)) {
        hosts.computeIfPresent(host, (_, count) -> count == 1 ? null : count - 1);
        return true;
      }
      return false;
    }

    void turnAway() {
      if (leave()) {
        turnedAway.incrementAndGet();
        socket.abort();
      }
    }

    @Override
    public void onRead(StreamSocket from, ByteBuffer bytes) {
      if (!newcomers.contains(this)) {
        return;
      }
      while (bytes.hasRemaining() && said.position() < wanted()) {
        said.put(bytes.get());
      }
      if (said.position() == 0 || said.position() < wanted()) {
        return;
      }
      byte[] greeting = Arrays.copyOf(said.array(), said.position());
      if (!isSessionId.test(Join.sessionId(greeting))) {
        turnAway();
      } else if (isCarrier()) {
        leave();
        onCarrier.take(Join.sessionId(greeting), socket, bytes);
      } else if (Join.isJoin(greeting) && !bytes.hasRemaining()) {
        socket.setReading(false);
        onJoin.accept(this, greeting);
      } else {
        turnAway(); // also who goes on before he is answered
      }
    }

    private boolean isCarrier() {
      return said.get(0) == PacketType.encode(PacketType.CARRIER, true);
    }

    private int wanted() {
      if (said.position() == 0) {
        return 1;
      }
      return isCarrier() ? Carrier.HEAD_BYTES : Join.JOIN_BYTES;
    }

    @Override
    public void onWritable(StreamSocket to) {}

    @Override
    public void onFinished(StreamSocket from) {
      turnAway();
    }

    @Override
    public void onClosed(StreamSocket closed, IOException cause) {
      if (leave()) {
        turnedAway.incrementAndGet();
      }
    }
  }
}

package dev.mptunnel.stream;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.concurrent.TimeUnit;

/**
 * Two ends in simulated time, with tunnels between them that are as an ideal TCP is: a rate, a
 * delay, a send buffer that is full at some bytes, all in order until it dies.
 */
final class StripeWorld {

  private static final long ROOM_BYTES = 256L << 20;

  private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

  /** As TCP_NOTSENT_LOWAT. */
  private static final int LOW_WATER_BYTES = 16 << 10;

  private record Event(long nanos, long number, Runnable action) {}

  /** One way of a tunnel. */
  private final class Way {
    private final End to;
    private final Tunnel from;
    private final int id;
    private double bytesPerSecond;
    private final long delayNanos;
    private long busyUntilNanos;
    private boolean dead;
    private boolean frozen;
    private final ArrayDeque<byte[]> frozenRecords = new ArrayDeque<>();

    private Way(End to, Tunnel from, int id, double bytesPerSecond, long delayNanos) {
      this.to = to;
      this.from = from;
      this.id = id;
      this.bytesPerSecond = bytesPerSecond;
      this.delayNanos = delayNanos;
    }

    private boolean send(End sender, ByteBuffer record) {
      byte[] bytes = new byte[record.remaining()];
      record.get(bytes);
      busyUntilNanos = Math.max(now, busyUntilNanos) + (long) (bytes.length * 1e9 / bytesPerSecond);
      at(busyUntilNanos + delayNanos, () -> arrive(bytes));
      long lowNanos = busyUntilNanos - (long) (LOW_WATER_BYTES * 1e9 / bytesPerSecond);
      if (lowNanos <= now) {
        return true;
      }
      at(
          lowNanos,
          () -> {
            if (!dead) {
              sender.striper.onWritable(now, from);
              sender.flush();
            }
          });
      return false;
    }

    private void arrive(byte[] bytes) {
      if (dead) {
        return;
      }
      if (frozen) {
        frozenRecords.add(bytes);
        return;
      }
      to.receive(id, bytes);
    }

    private void thaw() {
      frozen = false;
      while (!frozenRecords.isEmpty()) {
        to.receive(id, frozenRecords.poll());
      }
    }
  }

  /** An application's end of a connection: it writes so many bytes, and reads what comes. */
  final class App {
    final Connection connection;
    private final End end;
    private final long seed;
    private final long peerSeed;
    private long toWrite;
    private long written;
    private boolean finished;
    long read;
    boolean stopped;
    int chunkBytes = 64 << 10;
    int resetCode = -1;
    int connected;
    boolean gaveUp;
    boolean done;
    boolean atEnd;
    long endNanos;

    private App(End end, Connection connection, long seed, long peerSeed, long toWrite) {
      this.end = end;
      this.connection = connection;
      this.seed = seed;
      this.peerSeed = peerSeed;
      this.toWrite = toWrite;
    }

    void work() {
      if (resetCode >= 0 || done) {
        return;
      }
      while (written < toWrite && connection.room() > 0) {
        int count = (int) Math.min(Math.min(toWrite - written, connection.room()), chunkBytes);
        ByteBuffer data = ByteBuffer.allocate(count);
        for (int i = 0; i < count; i++) {
          data.put(byteAt(seed, written + i));
        }
        written += connection.write(data.flip());
      }
      if (written < toWrite) {
        connection.write(
            ByteBuffer.allocate(1).put(byteAt(seed, written)).flip()); // none: "say when"
      } else if (!finished) {
        finished = true;
        connection.finish();
      }
      if (!stopped) {
        ByteBuffer into = ByteBuffer.allocate(chunkBytes);
        while (connection.read(into.clear()) > 0) {
          into.flip();
          while (into.hasRemaining()) {
            if (into.get() != byteAt(peerSeed, read)) {
              throw new AssertionError(connection + " differs at " + read + " at " + end.name);
            }
            read++;
          }
        }
        if (connection.isAtEnd() && !atEnd) {
          atEnd = true;
          endNanos = now;
        }
      }
    }

    void write(long more) {
      toWrite += more;
      work();
      end.flush();
    }

    void reset() {
      resetCode = StreamError.ABORTED;
      gaveUp = true;
      connection.reset(StreamError.ABORTED);
      end.flush();
    }
  }

  static byte byteAt(long seed, long offset) {
    long x = seed * 0x9e3779b97f4a7c15L + offset;
    x ^= x >>> 29;
    x *= 0xbf58476d1ce4e5b9L;
    return (byte) (x >>> 56);
  }

  /** One end. */
  final class End implements StreamOutput {
    final String name;
    final StreamRoom room;
    final Striper striper;
    private final Map<Integer, Way> ways = new HashMap<>();
    final Map<Integer, Tunnel> tunnels = new HashMap<>();
    final Map<Connection, App> apps = new LinkedHashMap<>();
    private final ArrayDeque<App> active = new ArrayDeque<>();
    private long timerNanos = Long.MAX_VALUE;

    private End(String name, boolean initiator, long roomBytes, Scheduler scheduler) {
      this.name = name;
      room = new StreamRoom(roomBytes);
      striper = new Striper(initiator, this, room, this, new StreamBuffers(), scheduler);
    }

    private void receive(int id, byte[] bytes) {
      Tunnel tunnel = tunnels.get(id);
      if (tunnel != null) {
        if (!striper.receive(now, tunnel, ByteBuffer.wrap(bytes))) {
          throw new AssertionError(name + ": the peer broke the rules");
        }
        flush();
      }
    }

    void flush() {
      do {
        while (!active.isEmpty()) {
          active.poll().work();
        }
        striper.flush(now);
      } while (!active.isEmpty());
      long next = striper.nextTimer();
      if (next < timerNanos) {
        timerNanos = next;
        at(Math.max(now, next), this::timer);
      }
    }

    private void timer() {
      timerNanos = Long.MAX_VALUE;
      striper.onTimer(now);
      flush();
    }

    @Override
    public boolean transmit(Tunnel tunnel, ByteBuffer record) {
      return ways.get(tunnel.id()).send(this, record);
    }

    @Override
    public void opened(Connection connection) {
      long size = accepts.applyAsLong(connection);
      App app = new App(this, connection, ~connection.id(), connection.id(), size);
      app.stopped = stops.test(connection);
      apps.put(connection, app);
      active.add(app);
    }

    @Override
    public void connected(Connection connection) {
      apps.get(connection).connected++;
    }

    @Override
    public void readable(Connection connection) {
      active.add(apps.get(connection));
    }

    @Override
    public void writable(Connection connection) {
      active.add(apps.get(connection));
    }

    @Override
    public void reset(Connection connection, int code) {
      apps.get(connection).resetCode = code;
    }

    @Override
    public void done(Connection connection) {
      App app = apps.get(connection);
      app.done = true;
      app.atEnd = connection.isAtEnd();
    }
  }

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(
          (a, b) ->
              a.nanos != b.nanos
                  ? Long.compare(a.nanos, b.nanos)
                  : Long.compare(a.number, b.number));
  private long eventNumber;
  private int nextTunnel;
  private long now = 1;
  final End client;
  final End server;

  /** What the server's applications answer with, in bytes, and whether they do not read. */
  java.util.function.ToLongFunction<Connection> accepts = connection -> 0;

  java.util.function.Predicate<Connection> stops = connection -> false;

  StripeWorld(Scheduler scheduler) {
    this(scheduler, ROOM_BYTES);
  }

  /**
   * @param roomBytes of each end
   */
  StripeWorld(Scheduler scheduler, long roomBytes) {
    client = new End("client", true, roomBytes, scheduler);
    server = new End("server", false, roomBytes, scheduler);
  }

  StripeWorld() {
    this(new Scheduler.EarliestDelivery());
  }

  long nowMillis() {
    return now / MILLI;
  }

  long now() {
    return now;
  }

  void at(long nanos, Runnable action) {
    events.add(new Event(nanos, eventNumber++, action));
  }

  /** A tunnel of so many Mbit/s and ms each way. @return its id */
  int addTunnel(double mbit, double delayMillis) {
    int id = nextTunnel++;
    for (End end : List.of(client, server)) {
      Tunnel tunnel = end.striper.addTunnel(now, id);
      end.tunnels.put(id, tunnel);
      End other = end == client ? server : client;
      end.ways.put(id, new Way(other, tunnel, id, mbit * 1e6 / 8, (long) (delayMillis * MILLI)));
      end.flush();
    }
    return id;
  }

  /** Both ends see a tunnel die, one a little later than the other; what is under way is lost. */
  void kill(int id, long laterMillis) {
    client.ways.get(id).dead = true;
    server.ways.get(id).dead = true;
    remove(client, id);
    at(now + laterMillis * MILLI, () -> remove(server, id));
  }

  private void remove(End end, int id) {
    end.striper.removeTunnel(end.tunnels.remove(id));
    end.flush();
  }

  List<Integer> tunnels() {
    return new ArrayList<>(client.tunnels.keySet());
  }

  /** Nothing comes out of a tunnel, either way, until it is thawed. */
  void freeze(int id, boolean isFrozen) {
    for (End end : List.of(client, server)) {
      Way way = end.ways.get(id);
      if (isFrozen) {
        way.frozen = true;
      } else if (way.frozen) {
        way.thaw();
      }
    }
  }

  /** Opens a connection on which the client sends so many bytes. */
  App open(long bytes) {
    Connection connection = client.striper.open("");
    App app = new App(client, connection, connection.id(), ~connection.id(), bytes);
    client.apps.put(connection, app);
    app.work();
    client.flush();
    return app;
  }

  /** The other end of a connection, or null. */
  App other(App app) {
    for (App each : (app.end == client ? server : client).apps.values()) {
      if (each.connection.id() == app.connection.id()) {
        return each;
      }
    }
    return null;
  }

  /** What has not ended, and what every tunnel is at, to find out why. */
  String describe() {
    StringBuilder text = new StringBuilder("at " + nowMillis() + " ms\n");
    for (End end : List.of(client, server)) {
      for (Tunnel tunnel : end.tunnels.values()) {
        text.append(end.name).append(' ').append(tunnel);
        text.append(tunnel.isWritable() ? " writable" : " full");
        text.append(tunnel.isStalled() ? " stalled, " : ", ");
        text.append(tunnel.underWayBytes()).append(" under way\n");
      }
      for (App app : end.apps.values()) {
        if (app.resetCode < 0 && !app.done) {
          Connection c = app.connection;
          text.append(end.name).append(' ').append(c);
          text.append(": written ").append(app.written).append(" of ").append(app.toWrite);
          text.append(", sendable ").append(c.sending().sendableBytes());
          text.append(", credit ").append(c.sending().creditBytes());
          text.append(c.sending().isDone() ? ", sent all" : "");
          text.append(", read ").append(app.read).append(app.atEnd ? " all" : "");
          text.append(app.stopped ? ", stopped" : "");
          text.append(c.isTellDue() ? ", something to tell" : "").append('\n');
        }
      }
    }
    return text.toString();
  }

  void runFor(double millis) {
    long until = now + (long) (millis * MILLI);
    while (!events.isEmpty() && events.peek().nanos <= until) {
      Event event = events.poll();
      now = Math.max(now, event.nanos);
      event.action.run();
    }
    now = until;
  }

  /** Until this holds. @return false if it did not within so long */
  boolean runUntil(double millis, java.util.function.BooleanSupplier holds) {
    long until = now + (long) (millis * MILLI);
    while (!holds.getAsBoolean()) {
      if (events.isEmpty() || events.peek().nanos > until) {
        now = until;
        return holds.getAsBoolean();
      }
      Event event = events.poll();
      now = Math.max(now, event.nanos);
      event.action.run();
    }
    return true;
  }
}

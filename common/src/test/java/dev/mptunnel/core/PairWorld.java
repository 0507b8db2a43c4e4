package dev.mptunnel.core;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/** A client and a server joined by ideal paths of 10 ms, on simulated time. */
final class PairWorld {

  enum Side {
    CLIENT,
    SERVER
  }

  private static final long DELAY_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private record Arrival(long atNanos, long order, Runnable action) implements Comparable<Arrival> {
    @Override
    public int compareTo(Arrival other) {
      int byTime = Long.compare(atNanos, other.atNanos);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  final class End implements Output {
    final Side side;
    final Endpoint endpoint;
    final List<String> delivered = new ArrayList<>();
    final List<Event> events = new ArrayList<>();
    boolean echo;

    End(Side side, long seed) {
      this.side = side;
      EndpointSettings settings = EndpointSettings.defaults(side == Side.SERVER);
      endpoint = new Endpoint(settings, new SplittableRandom(seed), this);
    }

    @Override
    public void transmit(int port, InetSocketAddress remote, ByteBuffer packet) {
      // Path i joins the client's port i to the server's address i.
      int path = side == Side.CLIENT ? remote.getPort() - SERVER_PORT : remote.getPort();
      packetsSent++;
      int every = dropEvery[side.ordinal()][path];
      if (dark[path] || (every > 0 && ++sent[side.ordinal()][path] % every == 0)) {
        return;
      }
      byte[] bytes = new byte[packet.remaining()];
      packet.get(packet.position(), bytes);
      if (side == Side.SERVER) {
        lastFromServer = bytes;
      }
      Side to = side == Side.CLIENT ? Side.SERVER : Side.CLIENT;
      int toPort = side == Side.CLIENT ? 0 : path;
      InetSocketAddress source = address(side == Side.CLIENT ? path : SERVER_PORT + path);
      at(
          Math.max(now + DELAY_NANOS, stalledUntil[side.ordinal()]),
          () -> end(to).endpoint.onDatagram(now, toPort, source, ByteBuffer.wrap(bytes)));
    }

    @Override
    public void deliver(Flow flow, ByteBuffer payload) {
      String text = StandardCharsets.UTF_8.decode(payload).toString();
      delivered.add(flow.id() + ":" + text);
      if (echo) {
        at(now, () -> endpoint.send(now, flow, utf8(text)));
      }
    }

    @Override
    public void event(Event event) {
      events.add(event);
    }

    boolean said(String eventName) {
      return events.stream().anyMatch(e -> e.getClass().getSimpleName().equals(eventName));
    }
  }

  private static final int SERVER_PORT = 2000;

  private final boolean[] dark;
  private final int[][] dropEvery;
  private final int[][] sent;
  private final PriorityQueue<Arrival> arrivals = new PriorityQueue<>();
  private long order;
  private byte[] lastFromServer;
  private long now = 1;
  private final long[] stalledUntil = new long[2];

  final End client = new End(Side.CLIENT, 1);
  End server = new End(Side.SERVER, 2);
  final Session session;
  long packetsSent;

  PairWorld(int paths) {
    dark = new boolean[paths];
    dropEvery = new int[2][paths];
    sent = new int[2][paths];
    List<Endpoint.PathSpec> specs = new ArrayList<>();
    for (int path = 0; path < paths; path++) {
      specs.add(new Endpoint.PathSpec("p" + path, path, address(SERVER_PORT + path)));
    }
    session = client.endpoint.open(now, specs);
  }

  long now() {
    return now;
  }

  void dark(int path, boolean isDark) {
    dark[path] = isDark;
  }

  void dropEveryNth(int path, Side from, int n) {
    dropEvery[from.ordinal()][path] = n;
  }

  /** Nothing from this side arrives for so long, and then everything at once. */
  void stall(Side from, long millis) {
    stalledUntil[from.ordinal()] = now + TimeUnit.MILLISECONDS.toNanos(millis);
  }

  void restartServer() {
    server = new End(Side.SERVER, 3);
  }

  ByteBuffer lastFromServer() {
    return ByteBuffer.wrap(lastFromServer);
  }

  void send(Flow flow, String text) {
    client.endpoint.send(now, flow, utf8(text));
  }

  /** A datagram each millisecond. */
  void exchange(Flow flow, long millis) {
    for (long i = 0; i < millis; i++) {
      send(flow, "x" + i);
      runFor(1);
    }
  }

  List<Boolean> pathsUp(End end) {
    return end.endpoint.sessions().get(0).report().paths().stream().map(PathReport::up).toList();
  }

  void runFor(long millis) {
    long until = now + TimeUnit.MILLISECONDS.toNanos(millis);
    while (true) {
      long arrival = arrivals.isEmpty() ? Long.MAX_VALUE : arrivals.peek().atNanos();
      long next =
          Math.min(arrival, Math.min(client.endpoint.nextTimer(), server.endpoint.nextTimer()));
      if (next > until) {
        now = until;
        return;
      }
      now = Math.max(now, next);
      if (arrival <= now) {
        arrivals.remove().action().run();
      }
      client.endpoint.onTimer(now);
      server.endpoint.onTimer(now);
    }
  }

  private End end(Side side) {
    return side == Side.CLIENT ? client : server;
  }

  private void at(long nanos, Runnable action) {
    arrivals.add(new Arrival(nanos, order++, action));
  }

  private static ByteBuffer utf8(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private static InetSocketAddress address(int port) {
    try {
      return new InetSocketAddress(InetAddress.getByAddress(new byte[] {10, 0, 0, 1}), port);
    } catch (UnknownHostException e) {
      throw new IllegalStateException(Arrays.toString(e.getStackTrace()), e);
    }
  }
}

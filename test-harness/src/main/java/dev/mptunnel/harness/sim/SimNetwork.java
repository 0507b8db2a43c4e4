package dev.mptunnel.harness.sim;

import dev.mptunnel.harness.link.Corruption;
import dev.mptunnel.harness.link.LinkModel;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;

/**
 * Nodes, the addresses of their ports, and the links between addresses, in simulated time. One
 * thread; whatever happens follows from the nodes, the links' generators, and the calls made here.
 *
 * <p>A port's own address is where links are tied to. Others see its public address, which is the
 * same until {@link #rebind} moves it, as a NAT does.
 */
public final class SimNetwork {

  /**
   * Calls of timers without time passing: more than any node needs, and few enough to tell soon.
   */
  private static final int MAX_STEPS_AT_ONE_TIME = 100_000;

  /** Sees every copy that reaches a node, before the node does. */
  public interface Observer {

    /**
     * @param intact whether it is what was sent
     * @param datagram to be left as it is
     */
    void onArrival(SimNode node, InetSocketAddress at, boolean intact, ByteBuffer datagram);
  }

  private record Port(SimNode node, int number) {}

  private record Route(InetSocketAddress from, InetSocketAddress to) {}

  private final SimClock clock;
  private final Trace trace;
  private final Observer observer;
  private final List<SimNode> nodes = new ArrayList<>();
  private final Map<Port, InetSocketAddress> addresses = new HashMap<>();
  private final Map<InetSocketAddress, Port> ports = new HashMap<>();
  private final Map<InetSocketAddress, InetSocketAddress> publicByOwn = new HashMap<>();
  private final Map<InetSocketAddress, InetSocketAddress> ownByPublic = new HashMap<>();
  private final Map<Route, LinkModel> links = new HashMap<>();

  public SimNetwork(long startNanos, Trace trace, Observer observer) {
    this.clock = new SimClock(startNanos);
    this.trace = trace;
    this.observer = observer;
  }

  public long nowNanos() {
    return clock.nowNanos();
  }

  /** Runs the action at this time; before it, packets that arrive then and were sent earlier. */
  public void at(long atNanos, Runnable action) {
    clock.at(atNanos, action);
  }

  /** Gives the node's port this address, taking it from whoever had it. */
  public void bind(SimNode node, int port, InetSocketAddress address) {
    if (!nodes.contains(node)) {
      nodes.add(node);
    }
    Port former = ports.put(address, new Port(node, port));
    if (former != null) {
      addresses.remove(former);
    }
    addresses.put(new Port(node, port), address);
    rebind(address, address);
  }

  /** The node is gone, as by kill -9: what was on its way to it arrives at nobody. */
  public void remove(SimNode node) {
    nodes.remove(node);
    addresses.keySet().removeIf(port -> Objects.equals(port.node(), node));
    ports.values().removeIf(port -> Objects.equals(port.node(), node));
  }

  /** Ties a link between two ports' own addresses, one way; without one nothing gets there. */
  public void link(InetSocketAddress from, InetSocketAddress to, LinkModel link) {
    links.put(new Route(from, to), link);
  }

  /** From now on the port with this address of its own is seen under another, and reached there. */
  public void rebind(InetSocketAddress own, InetSocketAddress shown) {
    InetSocketAddress former = publicByOwn.put(own, shown);
    if (former != null) {
      ownByPublic.remove(former);
    }
    ownByPublic.put(shown, own);
  }

  /** Sends what stands between position and limit, which is copied. */
  public void send(SimNode node, int port, InetSocketAddress remote, ByteBuffer datagram) {
    byte[] bytes = new byte[datagram.remaining()];
    datagram.get(datagram.position(), bytes);
    InetSocketAddress from = addresses.get(new Port(node, port));
    InetSocketAddress to = ownByPublic.get(remote);
    LinkModel link = links.get(new Route(from, to));
    if (link == null) {
      trace.packet(nowNanos(), from, remote, bytes).unroutable();
      return;
    }
    InetSocketAddress source = publicByOwn.get(from);
    Trace.Packet packet = trace.packet(nowNanos(), source, remote, bytes);
    packet.verdict(
        link.offer(
            nowNanos(),
            bytes.length,
            (atNanos, corruption) -> {
              packet.arrival(atNanos, corruption != Corruption.NONE);
              clock.at(atNanos, () -> arrive(packet, source, to, bytes, corruption));
            }));
  }

  /**
   * Somebody who can send from any address sends a datagram to a port, where it is at once.
   *
   * @param source where it says that it is from
   * @param remote the port's public address
   * @param intact whether it is what some node sent
   */
  public void inject(
      InetSocketAddress source, InetSocketAddress remote, byte[] bytes, boolean intact) {
    Trace.Packet packet = trace.packet(nowNanos(), source, remote, bytes);
    packet.arrival(nowNanos(), !intact);
    hand(packet, source, ownByPublic.get(remote), ByteBuffer.wrap(bytes.clone()), intact);
  }

  /**
   * Lets time pass, from one wake-up to the next, until the condition holds or the time has come.
   *
   * @return whether the condition holds
   */
  public boolean driveUntil(long untilNanos, BooleanSupplier condition) {
    int stepsAtThisTime = 0;
    while (!condition.getAsBoolean()) {
      SimNode timed = nextTimed();
      long timerNanos = timed == null ? SimNode.NEVER : Math.max(timed.nextTimer(), nowNanos());
      long nextNanos = Math.min(clock.nextNanos(), timerNanos);
      if (nextNanos > untilNanos) {
        clock.advanceTo(Math.max(untilNanos, nowNanos()));
        return condition.getAsBoolean();
      }
      stepsAtThisTime = nextNanos > nowNanos() ? 0 : stepsAtThisTime + 1;
      if (stepsAtThisTime > MAX_STEPS_AT_ONE_TIME) {
        throw new IllegalStateException("time stands still: a timer or an answer repeats for ever");
      }
      if (clock.nextNanos() <= timerNanos) {
        clock.runNext();
      } else {
        clock.advanceTo(timerNanos);
        timed.onTimer(timerNanos);
      }
    }
    return true;
  }

  /** Lets time pass until then. */
  public void driveUntil(long untilNanos) {
    driveUntil(untilNanos, () -> false);
  }

  private SimNode nextTimed() {
    SimNode next = null;
    long nextNanos = SimNode.NEVER;
    for (SimNode node : nodes) {
      if (node.nextTimer() < nextNanos) {
        next = node;
        nextNanos = node.nextTimer();
      }
    }
    return next;
  }

  private void arrive(
      Trace.Packet packet,
      InetSocketAddress source,
      InetSocketAddress to,
      byte[] bytes,
      long corruption) {
    ByteBuffer datagram = ByteBuffer.wrap(bytes.clone());
    Corruption.apply(datagram, corruption);
    hand(packet, source, to, datagram, corruption == Corruption.NONE);
  }

  private void hand(
      Trace.Packet packet,
      InetSocketAddress source,
      InetSocketAddress to,
      ByteBuffer datagram,
      boolean intact) {
    Port port = ports.get(to);
    if (port == null) {
      packet.unheard();
      return;
    }
    observer.onArrival(port.node(), to, intact, datagram.asReadOnlyBuffer());
    port.node().onDatagram(nowNanos(), port.number(), source, datagram);
  }
}

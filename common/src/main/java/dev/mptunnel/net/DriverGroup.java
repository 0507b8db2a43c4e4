package dev.mptunnel.net;

import dev.mptunnel.core.EndpointCounters;
import dev.mptunnel.observe.Figures;
import dev.mptunnel.wire.Header;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/**
 * The endpoints of a server, one on each loop, with the sessions spread over them by their ids: a
 * session's packets, whatever path they come by, all reach the loop that it is on. The kernel sees
 * to that ({@link SessionSteering}). What it brings to another loop all the same is handed over: a
 * packet that came before the kernel had been told, or one that it had joined to those of another
 * session from the same address.
 *
 * <p>May be used from any thread.
 */
public final class DriverGroup {

  private final List<EndpointDriver> drivers;
  private final List<Inbox> inboxes;
  private final List<CarrierPort> carriers = new ArrayList<>();

  /** Endpoints that have opened no port yet, each on an engine of its own. */
  public DriverGroup(List<EndpointDriver> drivers) {
    this.drivers = List.copyOf(drivers);
    inboxes = drivers.stream().map(Inbox::new).toList();
    if (drivers.size() == 1) {
      return;
    }
    for (int i = 0; i < drivers.size(); i++) {
      int loop = i;
      drivers
          .get(i)
          .giveAway((port, source, marked, packet) -> handOver(loop, port, source, marked, packet));
    }
  }

  /** The number of the loop that a session is on, or would be. */
  public int loopOf(long sessionId) {
    return SessionSteering.loopOf(sessionId, drivers.size());
  }

  private boolean handOver(
      int loop, int port, InetSocketAddress source, int trafficClass, ByteBuffer packet) {
    if (packet.remaining() < Header.LENGTH) {
      return false;
    }
    int owner = loopOf(Header.sessionId(packet));
    if (owner == loop) {
      return false;
    }
    inboxes.get(owner).put(port, source, trafficClass, packet);
    return true;
  }

  /** Opens a port for all of them; packets go by their sessions. */
  public void open(PortOptions options) throws IOException {
    if (drivers.size() == 1) {
      drivers.getFirst().open(options);
      return;
    }
    int number = drivers.getFirst().open(options.shared(Sharing.FIRST));
    int port = drivers.getFirst().localAddresses().get(number).getPort();
    for (EndpointDriver further : drivers.subList(1, drivers.size())) {
      further.open(options.shared(Sharing.FURTHER).withLocalPort(port));
    }
    drivers.getFirst().steerBySession(number, drivers.size());
  }

  /** Opens a port for packets that travel over TCP, for each of them. */
  public void openCarriers(StreamEngine streams) {
    drivers.forEach(driver -> carriers.add(driver.openCarrier(streams, drivers.size())));
  }

  /**
   * Takes a connection that a peer has dialled, whose head has come. On the thread of streams.
   *
   * @param sessionId that its head said
   * @param more what came behind the head
   */
  public void accept(long sessionId, StreamSocket socket, ByteBuffer more) {
    carriers.get(loopOf(sessionId)).accept(socket, more);
  }

  /** The addresses of the UDP ports, each once. */
  public List<InetSocketAddress> localAddresses() {
    return drivers.getFirst().localAddresses();
  }

  /** What the endpoints dropped without a word, together. */
  public EndpointCounters counters() {
    return EndpointCounters.sum(drivers.stream().map(EndpointDriver::counters).toList());
  }

  /** What the kernel dropped of their packets, and what was lost from one loop to another. */
  public CompletableFuture<Figures.SocketDrops> socketDrops() {
    return all(EndpointDriver::socketDrops)
        .thenApply(
            each ->
                new Figures.SocketDrops(
                    sum(each, Figures.SocketDrops::sent),
                    sum(each, Figures.SocketDrops::late),
                    sum(each, Figures.SocketDrops::received)
                        + inboxes.stream().mapToLong(Inbox::lost).sum()));
  }

  /** What each has to say. */
  private <T> CompletableFuture<List<T>> all(Function<EndpointDriver, CompletableFuture<T>> ask) {
    List<CompletableFuture<T>> each = drivers.stream().map(ask).toList();
    return CompletableFuture.allOf(each.toArray(CompletableFuture[]::new))
        .thenApply(_ -> each.stream().map(CompletableFuture::join).toList());
  }

  private static <T> long sum(List<T> each, ToLongFunction<T> part) {
    return each.stream().mapToLong(part).sum();
  }

  /** How the sessions and their packets are spread, by loop. */
  public CompletableFuture<List<Figures.Loop>> loops() {
    return all(
        driver ->
            driver
                .engine()
                .call(
                    () ->
                        new Figures.Loop(driver.endpoint().sessions().size(), driver.received())));
  }

  /** Packets that came to another loop than their session's and were handed over to it. */
  public long handedOver() {
    return inboxes.stream().mapToLong(Inbox::handedOver).sum();
  }
}

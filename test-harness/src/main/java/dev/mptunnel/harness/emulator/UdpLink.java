package dev.mptunnel.harness.emulator;

import dev.mptunnel.harness.link.Corruption;
import dev.mptunnel.harness.link.LinkModel;
import dev.mptunnel.harness.link.Verdict;
import dev.mptunnel.harness.loop.DatagramLoop;
import dev.mptunnel.harness.loop.LoopSocket;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A line between clients and one fixed address: each client's datagrams go on from a socket of its
 * own, and the answers back, each direction through one {@link LinkModel} that all clients share.
 *
 * <p>What the models let through is never lost unnoticed: what the kernel drops at the link's own
 * sockets is in {@link #kernelDrops}, what did not fit the limits in {@link #refused}.
 */
public final class UdpLink {

  private static final int MAX_CLIENTS = 4_096;
  private static final int MAX_IN_FLIGHT = 200_000;

  /** Sees every datagram together with its fate, on the loop's thread. */
  public interface Observer {

    /** An observer that does not look. */
    Observer NONE = (direction, client, datagram, verdict) -> {};

    /**
     * @param datagram as it came, before any damage; to be left as it is, and not kept
     */
    void onDatagram(
        Direction direction, InetSocketAddress client, ByteBuffer datagram, Verdict verdict);
  }

  private final DatagramLoop loop;
  private final InetSocketAddress target;
  private final LinkModel up;
  private final LinkModel down;
  private final Observer observer;
  private final Map<InetSocketAddress, LoopSocket> upstreams = new HashMap<>();
  private final Queue<LoopSocket> sockets = new ConcurrentLinkedQueue<>();
  private final AtomicLong refused = new AtomicLong();
  private volatile LoopSocket listening;

  private UdpLink(
      DatagramLoop loop,
      InetSocketAddress target,
      LinkModel up,
      LinkModel down,
      Observer observer) {
    this.loop = loop;
    this.target = target;
    this.up = up;
    this.down = down;
    this.observer = observer;
  }

  /**
   * Opens a link; several may share a loop. Its models belong to the loop's thread from now on, and
   * started not after now.
   *
   * @param listen where clients send to; port 0 for a free one
   * @throws IOException when that address is in use or not of this host
   */
  public static UdpLink open(
      DatagramLoop loop,
      InetSocketAddress listen,
      InetSocketAddress target,
      LinkModel up,
      LinkModel down,
      Observer observer)
      throws IOException {
    UdpLink link = new UdpLink(loop, target, up, down, observer);
    link.listening = loop.open(listen, link::fromClient);
    link.sockets.add(link.listening);
    return link;
  }

  /** Where clients send to. */
  public InetSocketAddress address() {
    return listening.localAddress();
  }

  /** The model of one direction: its counters, and its own {@link LinkModel#setDown}. */
  public LinkModel model(Direction direction) {
    return direction == Direction.UP ? up : down;
  }

  /** Takes both directions down or up. May be called from any thread. */
  public void setDown(boolean isDown) {
    up.setDown(isDown);
    down.setDown(isDown);
  }

  /**
   * Gives every client another source port towards the target, as a NAT does that has forgotten
   * them: what is under way over the old ones is lost. May be called from any thread.
   */
  public void rebind() {
    loop.execute(
        () -> {
          upstreams.values().forEach(LoopSocket::close);
          upstreams.clear();
        });
  }

  /**
   * Datagrams that arrived here and that the kernel dropped before this link saw them; 0 once
   * closed.
   */
  public long kernelDrops() {
    return sockets.stream().mapToLong(LoopSocket::kernelDrops).sum();
  }

  /** Datagrams that no model saw, since there were too many clients or too many under way. */
  public long refused() {
    return refused.get();
  }

  /** Datagrams that a model let through and the kernel refused to send on. */
  public long sendErrors() {
    return sockets.stream().mapToLong(LoopSocket::sendErrors).sum();
  }

  /** Closes the link's sockets; what is under way is gone. Idempotent. */
  public void close() {
    sockets.forEach(LoopSocket::close);
  }

  private void fromClient(InetSocketAddress client, ByteBuffer datagram) {
    LoopSocket upstream = upstreams.get(client);
    if (upstream == null && upstreams.size() < MAX_CLIENTS) {
      upstream = openUpstream(client);
    }
    if (upstream == null) {
      refused.incrementAndGet();
      return;
    }
    carry(Direction.UP, client, datagram, upstream, target);
  }

  private LoopSocket openUpstream(InetSocketAddress client) {
    try {
      InetAddress any = InetAddress.getByAddress(new byte[target.getAddress().getAddress().length]);
      LoopSocket upstream =
          loop.open(
              new InetSocketAddress(any, 0),
              (source, answer) -> fromTarget(client, source, answer));
      upstreams.put(client, upstream);
      sockets.add(upstream);
      return upstream;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void fromTarget(InetSocketAddress client, InetSocketAddress source, ByteBuffer answer) {
    if (source.equals(target)) {
      carry(Direction.DOWN, client, answer, listening, client);
    }
  }

  private void carry(
      Direction direction,
      InetSocketAddress client,
      ByteBuffer datagram,
      LoopSocket out,
      InetSocketAddress to) {
    if (loop.waiting() >= MAX_IN_FLIGHT) {
      refused.incrementAndGet();
      return;
    }
    Verdict verdict =
        model(direction)
            .offer(
                System.nanoTime(),
                datagram.remaining(),
                (atNanos, corruption) -> forward(datagram, atNanos, corruption, out, to));
    observer.onDatagram(direction, client, datagram.asReadOnlyBuffer(), verdict);
  }

  private void forward(
      ByteBuffer datagram, long atNanos, long corruption, LoopSocket out, InetSocketAddress to) {
    ByteBuffer copy = ByteBuffer.allocate(datagram.remaining()).put(datagram.duplicate()).flip();
    Corruption.apply(copy, corruption);
    loop.at(atNanos, () -> out.send(copy, to));
  }
}

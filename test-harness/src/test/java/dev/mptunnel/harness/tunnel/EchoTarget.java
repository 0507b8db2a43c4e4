package dev.mptunnel.harness.tunnel;

import dev.mptunnel.harness.loop.DatagramLoop;
import dev.mptunnel.harness.loop.LoopSocket;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** A target that sends back whatever comes, empty or not, and knows whom it has met. */
final class EchoTarget {

  private final AtomicLong received = new AtomicLong();
  private final AtomicLong empty = new AtomicLong();
  private final Map<InetSocketAddress, Boolean> sources = new ConcurrentHashMap<>();
  private LoopSocket socket;

  EchoTarget(DatagramLoop loop) throws IOException {
    this(loop, 0);
  }

  EchoTarget(DatagramLoop loop, int port) throws IOException {
    this(loop, new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port));
  }

  EchoTarget(DatagramLoop loop, InetSocketAddress local) throws IOException {
    socket =
        loop.open(
            local,
            (source, datagram) -> {
              received.incrementAndGet();
              empty.addAndGet(datagram.hasRemaining() ? 0 : 1);
              sources.put(source, true);
              socket.send(datagram, source);
            });
  }

  InetSocketAddress address() {
    return socket.localAddress();
  }

  /** Datagrams that came. */
  long received() {
    return received.get();
  }

  /** Empty ones among them. */
  long empty() {
    return empty.get();
  }

  /** How many addresses they came from. */
  int sources() {
    return sources.size();
  }
}

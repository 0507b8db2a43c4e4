package dev.mptunnel.harness.loop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.atomic.AtomicLong;

/** A UDP socket of a {@link DatagramLoop}. */
public final class LoopSocket {

  /** How long to wait before offering a datagram again to a kernel that had no room for it. */
  private static final long RETRY_NANOS = 300_000;

  private final DatagramLoop loop;
  private final DatagramChannel channel;
  private final DatagramLoop.Reader reader;
  private final InetSocketAddress local;
  private final AtomicLong sendErrors = new AtomicLong();

  LoopSocket(DatagramLoop loop, DatagramChannel channel, DatagramLoop.Reader reader)
      throws IOException {
    this.loop = loop;
    this.channel = channel;
    this.reader = reader;
    this.local = (InetSocketAddress) channel.getLocalAddress();
  }

  /** What the socket is bound to. */
  public InetSocketAddress localAddress() {
    return local;
  }

  /**
   * Sends everything between position and limit; later, and from a copy, if the kernel has no room
   * now. Only on the loop's thread.
   */
  public void send(ByteBuffer datagram, InetSocketAddress remote) {
    if (!channel.isOpen()) {
      return;
    }
    int length = datagram.remaining();
    try {
      if (channel.send(datagram, remote) == 0 && length > 0) {
        ByteBuffer copy = ByteBuffer.allocate(length).put(datagram).flip();
        loop.at(System.nanoTime() + RETRY_NANOS, () -> send(copy, remote));
      }
    } catch (IOException e) {
      sendErrors.incrementAndGet();
    }
  }

  /** Datagrams that the kernel refused to send: no route, too long, or a firewall. */
  public long sendErrors() {
    return sendErrors.get();
  }

  /** Datagrams that arrived at this socket and were dropped because its buffer was full. */
  public long kernelDrops() {
    return KernelDrops.of(local);
  }

  /** Closes the socket. Idempotent. May be called from any thread. */
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  DatagramChannel channel() {
    return channel;
  }

  DatagramLoop.Reader reader() {
    return reader;
  }
}

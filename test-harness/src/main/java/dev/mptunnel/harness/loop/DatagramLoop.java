package dev.mptunnel.harness.loop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * One thread that reads UDP sockets and runs what is due, within about a quarter of a millisecond
 * and without spinning.
 *
 * <p>A selector waits in whole milliseconds. So the last millisecond before something is due passes
 * in short naps with a look at the sockets after each.
 *
 * <p>Sockets stay unconnected: a connected {@link DatagramChannel} swallows empty datagrams on
 * sending, cannot tell them from nothing on receiving, and fails one send for each refusal.
 *
 * <p>{@link #execute}, {@link #open} and {@link #close} may be called from any thread; the rest on
 * the loop's own.
 */
public final class DatagramLoop implements AutoCloseable {

  private static final int SOCKET_BUFFER_BYTES = 4 << 20;
  private static final int MAX_DATAGRAM_BYTES = 65_535;
  private static final int DATAGRAMS_PER_TURN = 64;
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final long NAP_NANOS = 100_000;

  /** What becomes of the datagrams of one socket. */
  public interface Reader {

    /**
     * @param datagram the reader's until this returns
     */
    void onDatagram(InetSocketAddress source, ByteBuffer datagram);
  }

  private record Timed(long atNanos, long order, Runnable task) {
    /** By difference, since {@link System#nanoTime} may wrap. */
    int compare(Timed other) {
      long difference = atNanos - other.atNanos;
      return difference != 0 ? Long.signum(difference) : Long.compare(order, other.order);
    }
  }

  private final Selector selector;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final PriorityQueue<Timed> timed = new PriorityQueue<>((a, b) -> a.compare(b));
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(MAX_DATAGRAM_BYTES);
  private final Thread thread;
  private long order;
  private volatile boolean closed;
  private volatile Throwable failure;

  private DatagramLoop(String name) throws IOException {
    selector = Selector.open();
    thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
  }

  /** Starts a loop whose thread has this name. */
  public static DatagramLoop start(String name) throws IOException {
    DatagramLoop loop = new DatagramLoop(name);
    loop.thread.start();
    return loop;
  }

  /**
   * Binds a socket with large buffers; what arrives goes to the reader, on the loop's thread.
   *
   * @throws IOException when the address is in use or not of this host
   */
  public LoopSocket open(InetSocketAddress local, Reader reader) throws IOException {
    DatagramChannel channel =
        DatagramChannel.open(
            local.getAddress() instanceof Inet4Address
                ? StandardProtocolFamily.INET
                : StandardProtocolFamily.INET6);
    try {
      channel.setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_BYTES);
      channel.setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER_BYTES);
      channel.configureBlocking(false);
      channel.bind(local);
    } catch (IOException e) {
      channel.close();
      throw new IOException("cannot listen on " + local + ": " + e.getMessage(), e);
    }
    LoopSocket socket = new LoopSocket(this, channel, reader);
    execute(() -> register(socket));
    return socket;
  }

  /** Runs the task on the loop's thread, soon. */
  public void execute(Runnable task) {
    tasks.add(task);
    selector.wakeup();
  }

  /** Runs the task at this time of {@link System#nanoTime}; tasks of one time in their order. */
  public void at(long atNanos, Runnable task) {
    timed.add(new Timed(atNanos, order++, task));
  }

  /** How many tasks wait for their time. */
  public int waiting() {
    return timed.size();
  }

  /** Whether the loop still runs. */
  public boolean alive() {
    return thread.isAlive();
  }

  /**
   * Closes the sockets and stops the thread. Idempotent.
   *
   * @throws IllegalStateException when a task or a reader had failed, which had stopped the loop
   */
  @Override
  public void close() {
    closed = true;
    selector.wakeup();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (failure != null) {
      throw new IllegalStateException(thread.getName() + " had failed", failure);
    }
  }

  private void run() {
    try {
      while (!closed) {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
          task.run();
        }
        runDue();
        awaitSockets();
        for (SelectionKey key : selector.selectedKeys()) {
          read((LoopSocket) key.attachment());
        }
        selector.selectedKeys().clear();
      }
    } catch (IOException | RuntimeException | Error e) {
      failure = e;
    } finally {
      closeSockets();
    }
  }

  private void runDue() {
    long now = System.nanoTime();
    while (!timed.isEmpty() && timed.peek().atNanos - now <= 0) {
      timed.remove().task.run();
    }
  }

  private void awaitSockets() throws IOException {
    if (!tasks.isEmpty()) {
      selector.selectNow();
    } else if (timed.isEmpty()) {
      selector.select();
    } else {
      long waitNanos = timed.peek().atNanos - System.nanoTime();
      if (waitNanos >= NANOS_PER_MILLI) {
        selector.select(waitNanos / NANOS_PER_MILLI);
      } else {
        LockSupport.parkNanos(Math.min(waitNanos, NAP_NANOS));
        selector.selectNow();
      }
    }
  }

  private void read(LoopSocket socket) throws IOException {
    for (int i = 0; i < DATAGRAMS_PER_TURN; i++) {
      buffer.clear();
      InetSocketAddress source = receive(socket);
      if (source == null) {
        return;
      }
      socket.reader().onDatagram(source, buffer.flip());
    }
  }

  private InetSocketAddress receive(LoopSocket socket) throws IOException {
    try {
      return (InetSocketAddress) socket.channel().receive(buffer);
    } catch (ClosedChannelException e) {
      return null;
    }
  }

  private void register(LoopSocket socket) {
    try {
      if (socket.channel().isOpen()) {
        socket.channel().register(selector, SelectionKey.OP_READ, socket);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void closeSockets() {
    try {
      for (SelectionKey key : selector.keys()) {
        key.channel().close();
      }
      selector.close();
    } catch (IOException e) {
      failure = e;
    }
  }
}

package dev.mptunnel.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.SocketProtocolFamily;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Netty's datagram channels on one event loop. */
final class NettyEngine implements DatagramEngine {

  private static final Logger LOG = LoggerFactory.getLogger(NettyEngine.class);

  private final Transport transport;
  private final EventLoopGroup group;
  private final EventLoop loop;

  /** What a handler is shown: on the heap, where the JDK's ciphers are fastest. One is enough. */
  private final ByteBuffer received = ByteBuffer.allocate(Transport.SLOT_BYTES);

  private static final long PORTS_CLOSE_MILLIS = 500;

  private final Set<NettyPort> ports = new HashSet<>();
  private final LongSupplier clock = BootClock.orMonotonic();
  private final AtomicBoolean closed = new AtomicBoolean();
  private boolean smallBufferSaid;
  private long failures;

  NettyEngine(Transport transport, String threadName) {
    this.transport = transport;
    ThreadFactory threads = Thread.ofPlatform().daemon(false).name(threadName).factory();
    this.group = new MultiThreadIoEventLoopGroup(1, threads, transport.newIoHandlerFactory());
    this.loop = group.next();
  }

  @Override
  public String name() {
    return transport.name();
  }

  @Override
  public DatagramPort open(PortOptions options, DatagramHandler handler) throws IOException {
    if (loop.inEventLoop()) {
      return openHere(options, handler);
    }
    try {
      return loop.submit(() -> openHere(options, handler)).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException told) {
        throw told;
      }
      throw new IllegalStateException(e.getCause());
    } catch (RejectedExecutionException e) {
      throw new IOException("the engine is closed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while opening a socket", e);
    }
  }

  private NettyPort openHere(PortOptions options, DatagramHandler handler) throws IOException {
    SocketProtocolFamily family = family(options);
    Transport.Socket socket;
    try {
      socket = transport.newSocket(family, options.remote() != null);
    } catch (IOException | RuntimeException e) {
      throw NetworkErrors.open(options, e);
    }
    boolean opened = false;
    try {
      NettyPort port = bind(socket, family, options, handler);
      opened = true;
      return port;
    } finally {
      if (!opened) {
        socket.channel().unsafe().closeForcibly();
      }
    }
  }

  private NettyPort bind(
      Transport.Socket socket,
      SocketProtocolFamily family,
      PortOptions options,
      DatagramHandler handler)
      throws IOException {
    Channel channel = socket.channel();
    InetSocketAddress local = options.local();
    if (options.device() != null) {
      local = socket.bindToDevice(options.device(), local);
    }
    if (options.mark() != 0) {
      socket.mark(options.mark());
    }
    try {
      if (options.whole()) {
        socket.sendWhole(family);
      }
      if (options.bufferBytes() > 0) {
        int givenBytes = socket.setBufferBytes(options.bufferBytes());
        saySmallBuffer(options.bufferBytes(), givenBytes);
      }
      succeed(loop.register(channel));
      succeed(channel.bind(local));
      if (options.remote() != null) {
        socket.connect(options.remote());
      }
      NettyPort port = new NettyPort(this, socket, family, options.remote(), handler);
      ports.add(port);
      channel.closeFuture().addListener(_ -> ports.remove(port));
      return port;
    } catch (IOException | RuntimeException e) {
      throw NetworkErrors.open(options, e);
    }
  }

  /** On the loop itself these are done when they return; waiting for them there would never end. */
  private static void succeed(ChannelFuture future) throws IOException {
    if (!future.isDone()) {
      throw new IOException("the event loop put off what must be done at once");
    }
    if (future.cause() != null) {
      throw new IOException(future.cause().getMessage(), future.cause());
    }
  }

  private static SocketProtocolFamily family(PortOptions options) throws IOException {
    InetAddress local = options.local().getAddress();
    InetAddress remote = options.remote() == null ? null : options.remote().getAddress();
    if (local == null || (options.remote() != null && remote == null)) {
      throw new IOException("a socket needs addresses, not names");
    }
    boolean ipv6 = local instanceof Inet6Address;
    if (remote != null) {
      boolean remoteIpv6 = remote instanceof Inet6Address;
      if (remoteIpv6 != ipv6 && !local.isAnyLocalAddress()) {
        throw new IOException(
            Addresses.text(options.local())
                + " cannot reach "
                + Addresses.text(options.remote())
                + ": one is IPv4, the other IPv6");
      }
      ipv6 = remoteIpv6;
    }
    return ipv6 ? SocketProtocolFamily.INET6 : SocketProtocolFamily.INET;
  }

  private void saySmallBuffer(int askedBytes, int givenBytes) {
    if (givenBytes >= askedBytes || smallBufferSaid) {
      return;
    }
    smallBufferSaid = true;
    LOG.warn(
        "socket buffers of {} bytes instead of {}; for more: sysctl -w net.core.rmem_max={}"
            + " net.core.wmem_max={}",
        givenBytes,
        askedBytes,
        askedBytes,
        askedBytes);
  }

  /** The buffer that datagrams are handed over in, empty. */
  ByteBuffer receiveBuffer() {
    return received.clear();
  }

  /** Runs what must not stop the engine when it fails. */
  void guard(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | AssertionError e) {
      failed(e);
    }
  }

  /** A handler, timer or task threw: a defect of this program, said once and counted. */
  void failed(Throwable defect) {
    failures++;
    if (failures == 1) {
      LOG.error("internal error, going on: {} (-v shows where)", defect.toString());
    }
    LOG.debug("internal error {}", failures, defect);
  }

  /** How often a handler, timer or task threw. */
  long failures() {
    return failures;
  }

  @Override
  public void execute(Runnable task) {
    try {
      loop.execute(() -> guard(task));
    } catch (RejectedExecutionException e) {
      LOG.debug("a task came after the engine was closed");
    }
  }

  @Override
  public EngineTimer newTimer(Runnable task) {
    return new NettyTimer(loop, clock, () -> guard(task));
  }

  @Override
  public long nanoTime() {
    return clock.getAsLong();
  }

  @Override
  public void close() {
    if (loop.inEventLoop()) {
      closePorts();
      group.shutdownGracefully(0, 2, TimeUnit.SECONDS);
      return;
    }
    try {
      if (!group.isShuttingDown()) {
        loop.submit(this::closePorts).get().await(PORTS_CLOSE_MILLIS, TimeUnit.MILLISECONDS);
      }
      group.shutdownGracefully(0, 2, TimeUnit.SECONDS);
      if (group.awaitTermination(5, TimeUnit.SECONDS) && closed.compareAndSet(false, true)) {
        transport.release();
        if (failures > 0) {
          LOG.error("{} internal errors in all", failures);
        }
      }
    } catch (ExecutionException | RejectedExecutionException e) {
      LOG.debug("closing", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Before the loop ends, or what they still have to send would end with it. */
  private CountDownLatch closePorts() {
    List<NettyPort> all = List.copyOf(ports);
    CountDownLatch open = new CountDownLatch(all.size());
    for (NettyPort port : all) {
      port.closeFuture().addListener(_ -> open.countDown());
      port.close();
    }
    return open;
  }
}

package dev.mptunnel.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketProtocolFamily;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Netty's stream channels on one event loop. */
final class NettyStreamEngine extends NettyLoop implements StreamEngine {

  private static final int BACKLOG = 4_096;
  private static final int CONNECT_MILLIS = (int) TimeUnit.SECONDS.toMillis(10);
  private static final WriteBufferWaterMark KEPT = new WriteBufferWaterMark(32 << 10, 64 << 10);

  private final StreamTransport transport;
  private final Set<Channel> channels = new HashSet<>();

  /** Sockets that are not read for a moment; together, so that they are then read in one turn. */
  private final List<NettyStreamSocket> resting = new ArrayList<>();

  private final EngineTimer restEnds;

  NettyStreamEngine(StreamTransport transport, String threadName) {
    super(transport.transportName(), transport.newIoHandlerFactory(), threadName);
    this.transport = transport;
    restEnds = newTimer(this::wakeResting);
  }

  /** Calls {@link NettyStreamSocket#onRested} a moment later; see {@link ReadPace}. */
  void wakeAfterRest(NettyStreamSocket socket) {
    if (resting.isEmpty()) {
      restEnds.set(nanoTime() + ReadPace.REST_NANOS);
    }
    resting.add(socket);
  }

  private void wakeResting() {
    List<NettyStreamSocket> rested = List.copyOf(resting);
    resting.clear();
    rested.forEach(socket -> guard(socket::onRested));
  }

  @Override
  public StreamListener listen(StreamOptions options, Consumer<StreamSocket> accepted)
      throws IOException {
    SocketProtocolFamily family = family(options.local());
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(loop())
            .channelFactory(() -> transport.newServerChannel(loop(), family))
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.AUTO_READ, false)
            .childHandler(initializer(options, accepted));
    ChannelFuture bound = bootstrap.bind(options.local()).awaitUninterruptibly();
    if (bound.cause() != null) {
      throw NetworkErrors.open(PortOptions.at(options.local()), bound.cause());
    }
    Channel channel = bound.channel();
    execute(() -> track(channel));
    return new StreamListener() {
      @Override
      public InetSocketAddress localAddress() {
        return (InetSocketAddress) channel.localAddress();
      }

      @Override
      public void close() {
        ChannelFuture closing = channel.close();
        if (!loop().inEventLoop()) {
          closing.awaitUninterruptibly(); // io_uring lets go of the port later
        }
      }
    };
  }

  private ChannelHandler initializer(StreamOptions options, Consumer<StreamSocket> accepted) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        track(channel);
        NettyStreamSocket socket = new NettyStreamSocket(NettyStreamEngine.this, channel);
        channel.pipeline().addLast(socket);
        try {
          setUp(channel, options);
        } catch (IOException | ChannelException e) {
          channel.close(); // it was gone before it was here
          return;
        }
        if (channel.remoteAddress() == null) {
          channel.close(); // the same
          return;
        }
        guard(() -> accepted.accept(socket));
      }
    };
  }

  @Override
  public StreamSocket connect(
      InetSocketAddress remote, StreamOptions options, StreamHandler handler) {
    Channel channel;
    try {
      channel = transport.newChannel(family(remote));
    } catch (ChannelException e) { // no file descriptor is left, for one
      StreamSocket none = new UnopenedSocket(remote);
      execute(() -> handler.onClosed(none, NetworkErrors.connect(remote, e)));
      return none;
    }
    NettyStreamSocket socket = new NettyStreamSocket(this, channel);
    socket.setHandler(handler);
    channel.pipeline().addLast(socket);
    channel.config().setAutoRead(false);
    channel.config().setConnectTimeoutMillis(CONNECT_MILLIS);
    track(channel);
    try {
      succeed(loop().register(channel));
      setUp(channel, options);
      boolean anywhere =
          options.local().getAddress().isAnyLocalAddress() && options.local().getPort() == 0;
      ChannelFuture connecting =
          anywhere ? channel.connect(remote) : channel.connect(remote, options.local());
      if (connecting.isDone()) {
        // Not before this has returned, so that who calls has what he asked for.
        execute(() -> socket.onConnectOutcome(remote, connecting.cause()));
      } else {
        // At once: what the peer says comes after this.
        connecting.addListener(_ -> socket.onConnectOutcome(remote, connecting.cause()));
      }
    } catch (IOException | RuntimeException e) {
      execute(() -> socket.onConnectOutcome(remote, e));
    }
    return socket;
  }

  private void setUp(Channel channel, StreamOptions options) throws IOException {
    channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
    channel.config().setOption(ChannelOption.TCP_NODELAY, true);
    channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
    channel.config().setOption(ChannelOption.SO_LINGER, 0);
    int unsent = options.unsentBytes();
    channel
        .config()
        .setWriteBufferWaterMark(unsent == 0 ? KEPT : new WriteBufferWaterMark(unsent / 4, unsent));
    transport.setUp(channel, options);
  }

  @Override
  public String orSystem(String wanted, Consumer<String> trouble) {
    if (wanted == null) {
      return null;
    }
    Channel channel = transport.newChannel(SocketProtocolFamily.INET);
    try {
      transport.setCongestionControl(channel, wanted);
      return wanted;
    } catch (IOException e) {
      trouble.accept(e.getMessage() + "; until then the system's own is used");
      return null;
    } finally {
      channel.unsafe().closeForcibly();
    }
  }

  private static SocketProtocolFamily family(InetSocketAddress address) {
    return address.getAddress() instanceof Inet6Address
        ? SocketProtocolFamily.INET6
        : SocketProtocolFamily.INET;
  }

  private void track(Channel channel) {
    channels.add(channel);
    channel.closeFuture().addListener(_ -> channels.remove(channel));
  }

  @Override
  List<ChannelFuture> closeSockets() {
    List<ChannelFuture> closing = new ArrayList<>();
    for (Channel channel : List.copyOf(channels)) {
      closing.add(channel.close());
    }
    return closing;
  }
}

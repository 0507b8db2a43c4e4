package dev.mptunnel.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringServerSocketChannel;
import io.netty.channel.uring.IoUringSocketChannel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.spi.SelectorProvider;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What differs, for TCP, between Netty's ways to the kernel. Loads the classes of one only. */
enum StreamTransport {
  IO_URING("io_uring") {
    @Override
    void load() throws IOException {
      if (!IoUring.isAvailable()) {
        throw NetworkErrors.unavailable(transportName(), IoUring.unavailabilityCause());
      }
    }

    @Override
    IoHandlerFactory newIoHandlerFactory() {
      return IoUringIoHandler.newFactory();
    }

    @Override
    Channel newChannel(SocketProtocolFamily family) {
      return new IoUringSocketChannel();
    }

    @Override
    ServerChannel newServerChannel(EventLoop loop, SocketProtocolFamily family) {
      return new IoUringServerSocketChannel();
    }
  },
  NIO("nio") {
    @Override
    void load() {}

    @Override
    IoHandlerFactory newIoHandlerFactory() {
      return NioIoHandler.newFactory();
    }

    @Override
    Channel newChannel(SocketProtocolFamily family) {
      return new NioSocketChannel(SelectorProvider.provider(), family);
    }

    @Override
    ServerChannel newServerChannel(EventLoop loop, SocketProtocolFamily family) {
      return new NioServerSocketChannel(SelectorProvider.provider(), family);
    }

    @Override
    void setUp(Channel channel, StreamOptions options) throws IOException {
      if (options.mark() != 0) {
        throw NetworkErrors.noMarkHere(options.mark());
      }
      // There is no SO_BINDTODEVICE: the path's socket has told what that means.
    }

    @Override
    void setCongestionControl(Channel channel, String name) throws IOException {
      throw new IOException(
          "cc = " + name + ": not available with engine nio; left at the system's");
    }
  };

  private static final Logger LOG = LoggerFactory.getLogger(StreamTransport.class);

  private static final int SOL_SOCKET = 1;
  private static final int SO_BINDTODEVICE = 25;
  private static final int IPPROTO_TCP = 6;
  private static final int TCP_CONGESTION = 13;

  private static final ChannelOption<Integer> SO_MARK =
      new IntegerUnixChannelOption("SO_MARK", SOL_SOCKET, 36);

  private static final ChannelOption<Integer> TCP_NOTSENT_LOWAT =
      new IntegerUnixChannelOption("TCP_NOTSENT_LOWAT", IPPROTO_TCP, 25);

  private static final ChannelOption<Integer> TCP_USER_TIMEOUT =
      new IntegerUnixChannelOption("TCP_USER_TIMEOUT", IPPROTO_TCP, 18);

  private final String transportName;

  StreamTransport(String name) {
    transportName = name;
  }

  final String transportName() {
    return transportName;
  }

  /** Makes sure that it is there. */
  abstract void load() throws IOException;

  abstract IoHandlerFactory newIoHandlerFactory();

  abstract Channel newChannel(SocketProtocolFamily family);

  abstract ServerChannel newServerChannel(EventLoop loop, SocketProtocolFamily family);

  /** Sets what Netty has no common options for; here by Linux's. */
  void setUp(Channel channel, StreamOptions options) throws IOException {
    if (options.device() != null) {
      try {
        bindToDevice(channel, options.device());
      } catch (ChannelException e) {
        throw NetworkErrors.bindToDevice(options.device(), e);
      }
    } else if (options.keptOn() != null) {
      keepOn(channel, options.keptOn());
    }
    if (options.mark() != 0) {
      try {
        channel.config().setOption(SO_MARK, options.mark());
      } catch (ChannelException e) {
        throw NetworkErrors.mark(options.mark(), e);
      }
    }
    if (options.congestionControl() != null) {
      setCongestionControl(channel, options.congestionControl());
    }
    if (options.unsentBytes() != 0) {
      channel.config().setOption(TCP_NOTSENT_LOWAT, options.unsentBytes());
    }
    if (options.silenceMillis() != 0) {
      channel.config().setOption(TCP_USER_TIMEOUT, options.silenceMillis());
    }
  }

  private static void bindToDevice(Channel channel, String device) {
    byte[] name = device.getBytes(StandardCharsets.UTF_8);
    setRaw(channel, "SO_BINDTODEVICE", SOL_SOCKET, SO_BINDTODEVICE, name);
  }

  /** TCP does not heed IP_UNICAST_IF; this, anybody may do once, since Linux 5.7. */
  private static void keepOn(Channel channel, String device) {
    try {
      bindToDevice(channel, device);
    } catch (ChannelException e) {
      LOG.debug("interface {}: a connection cannot be kept on it", device, e);
    }
  }

  /** Chooses how the socket finds out what the path carries. */
  void setCongestionControl(Channel channel, String name) throws IOException {
    try {
      byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
      setRaw(channel, "TCP_CONGESTION", IPPROTO_TCP, TCP_CONGESTION, bytes);
    } catch (ChannelException e) {
      throw NetworkErrors.congestionControl(name, e);
    }
  }

  private static void setRaw(Channel channel, String name, int level, int option, byte[] value) {
    channel
        .config()
        .setOption(
            new RawUnixChannelOption(name, level, option, value.length), ByteBuffer.wrap(value));
  }
}

package dev.mptunnel.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketProtocolFamily;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** Netty's datagram channels on one event loop. */
final class NettyEngine extends NettyLoop implements DatagramEngine {

  private final Transport transport;

  /** What a handler is shown: on the heap, where the JDK's ciphers are fastest. One is enough. */
  private final ByteBuffer received = ByteBuffer.allocate(Transport.SLOT_BYTES);

  private final Set<NettyPort> ports = new HashSet<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  NettyEngine(Transport transport, String threadName) {
    super(transport.name(), transport.newIoHandlerFactory(), threadName);
    this.transport = transport;
    loop().terminationFuture().addListener(_ -> ended.complete(null));
  }

  @Override
  public DatagramPort open(PortOptions options, DatagramHandler handler) throws IOException {
    return openOnLoop(() -> openHere(options, handler));
  }

  @Override
  public CompletableFuture<Void> ended() {
    return ended.copy();
  }

  private NettyPort openHere(PortOptions options, DatagramHandler handler) throws IOException {
    if (options.sharing() != Sharing.NONE) {
      throw new IOException("engine " + name() + " does not share ports");
    }
    if (options.carried() != 0) {
      throw NetworkErrors.carriesNoMarks(name());
    }
    SocketProtocolFamily family =
        options.isIpv6() ? SocketProtocolFamily.INET6 : SocketProtocolFamily.INET;
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
      if (options.dscp() != 0) {
        channel.config().setOption(ChannelOption.IP_TOS, options.trafficClass());
      }
      if (options.bufferBytes() > 0) {
        socket.setBufferBytes(options.bufferBytes()).sayIfLessThan(options.bufferBytes());
      }
      succeed(loop().register(channel));
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

  /** The buffer that datagrams are handed over in, empty. */
  ByteBuffer receiveBuffer() {
    return received.clear();
  }

  @Override
  List<ChannelFuture> closeSockets() {
    List<ChannelFuture> closing = new ArrayList<>();
    for (NettyPort port : List.copyOf(ports)) {
      closing.add(port.closeFuture());
      port.close();
    }
    return closing;
  }

  @Override
  void release() {
    transport.release();
  }
}

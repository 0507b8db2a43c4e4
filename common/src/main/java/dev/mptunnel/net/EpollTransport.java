package dev.mptunnel.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.socket.SocketProtocolFamily;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** Linux epoll, with recvmmsg and sendmmsg. */
final class EpollTransport implements Transport {

  private static final int SLOTS = 16;

  /**
   * One for all sockets: a read hands everything over before the next one begins, and the kernel
   * writes only to pages that datagrams reach, so they stay in the cache.
   */
  private final ByteBuf shared = Unpooled.directBuffer(SLOTS * SLOT_BYTES, SLOTS * SLOT_BYTES);

  private final ReceiveSlots slots = new ReceiveSlots(() -> shared.clear().retain(), SLOTS);

  private EpollTransport() {}

  static EpollTransport load() throws IOException {
    if (!Epoll.isAvailable()) {
      throw NetworkErrors.unavailable("epoll", Epoll.unavailabilityCause());
    }
    return new EpollTransport();
  }

  @Override
  public String name() {
    return "epoll";
  }

  @Override
  public IoHandlerFactory newIoHandlerFactory() {
    return EpollIoHandler.newFactory();
  }

  @Override
  public Socket newSocket(SocketProtocolFamily family, boolean connected) {
    EpollDatagramChannel channel = new EpollDatagramChannel(family);
    channel.config().setOption(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, SLOT_BYTES);
    channel.config().setOption(ChannelOption.RECVBUF_ALLOCATOR, slots);
    return new EpollSocket(channel);
  }

  @Override
  public void release() {
    shared.release();
  }

  private static final class EpollSocket extends UnixSocket {

    private static final ByteBuffer EMPTY = ByteBuffer.allocateDirect(1).limit(0);

    EpollSocket(EpollDatagramChannel channel) {
      super(channel);
    }

    @Override
    public void connect(InetSocketAddress remote) throws IOException {
      ChannelFuture connected = channel().connect(remote);
      if (!connected.isSuccess()) {
        throw new IOException(connected.cause());
      }
    }

    @Override
    public void sendEmpty(InetSocketAddress remote) throws IOException {
      socket().sendTo(EMPTY, 0, 0, remote.getAddress(), remote.getPort());
    }
  }
}

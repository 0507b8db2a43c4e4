package dev.mptunnel.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.UnixChannel;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringDatagramChannel;
import io.netty.channel.uring.IoUringIoHandler;
import java.io.IOException;
import java.net.InetSocketAddress;

/** Linux io_uring. */
final class IoUringTransport implements Transport {

  /** Each socket holds its buffer while it waits: connected sockets are many and get one slot. */
  private static final int LISTENING_SLOTS = 8;

  private IoUringTransport() {}

  static IoUringTransport load() throws IOException {
    if (!IoUring.isAvailable()) {
      throw NetworkErrors.unavailable("io_uring", IoUring.unavailabilityCause());
    }
    return new IoUringTransport();
  }

  @Override
  public String name() {
    return "io_uring";
  }

  @Override
  public IoHandlerFactory newIoHandlerFactory() {
    return IoUringIoHandler.newFactory();
  }

  @Override
  public Socket newSocket(SocketProtocolFamily family, boolean connected) {
    int slots = connected ? 1 : LISTENING_SLOTS;
    IoUringDatagramChannel channel = new IoUringDatagramChannel(family);
    channel.config().setOption(IoUringChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, SLOT_BYTES);
    channel
        .config()
        .setOption(
            ChannelOption.RECVBUF_ALLOCATOR,
            new ReceiveSlots(
                () -> PooledByteBufAllocator.DEFAULT.directBuffer(slots * SLOT_BYTES), slots));
    return new IoUringSocket(channel);
  }

  private static final class IoUringSocket extends UnixSocket {

    private InetSocketAddress peer;

    IoUringSocket(UnixChannel channel) {
      super(channel);
    }

    /** By a system call: Netty's own goes through the ring and is not done when it returns. */
    @Override
    public void connect(InetSocketAddress remote) throws IOException {
      socket().connect(remote);
      peer = remote;
    }

    /** Always addressed: Netty knows nothing of the connection and would send to port 0. */
    @Override
    public Object message(ByteBuf datagram, InetSocketAddress remote) {
      return new DatagramPacket(datagram, remote == null ? peer : remote);
    }

    /** Through the ring, where an empty datagram is like any other. */
    @Override
    public void sendEmpty(InetSocketAddress remote) {
      ByteBuf empty = channel().alloc().directBuffer(1);
      channel().writeAndFlush(new DatagramPacket(empty, remote));
    }
  }
}

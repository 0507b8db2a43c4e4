package dev.mptunnel.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelPromise;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/** One socket: its sending side, and the end of Netty's pipeline for the other. */
final class NettyPort implements DatagramPort {

  /**
   * Netty queues without limit while a socket is full, so a port stops at this much: some 700 full
   * packets, more than any flush brings, and little enough to be stale for milliseconds only.
   */
  private static final int QUEUE_BYTES = 1 << 20;

  /** How long a port that is closed waits for what it was given to send before. */
  private static final long LINGER_MILLIS = 50;

  private final NettyEngine engine;
  private final Transport.Socket socket;
  private final Channel channel;
  private final boolean ipv6;
  private final InetSocketAddress remote;
  private final DatagramHandler handler;
  private final InetSocketAddress localAddress;
  private final SendOutcome outcome;

  /** Writes that Netty has not settled yet. */
  private int pending;

  private long sendDrops;
  private boolean refusalPending;
  private boolean closed;

  NettyPort(
      NettyEngine engine,
      Transport.Socket socket,
      SocketProtocolFamily family,
      InetSocketAddress remote,
      DatagramHandler handler)
      throws IOException {
    this.engine = engine;
    this.socket = socket;
    this.channel = socket.channel();
    this.ipv6 = family == SocketProtocolFamily.INET6;
    this.remote = remote;
    this.handler = handler;
    this.localAddress = socket.localAddress();
    this.outcome = new SendOutcome();
    channel
        .config()
        .setOption(
            ChannelOption.WRITE_BUFFER_WATER_MARK,
            new WriteBufferWaterMark(QUEUE_BYTES / 2, QUEUE_BYTES));
    channel.pipeline().addLast(new Receiver());
  }

  @Override
  public InetSocketAddress localAddress() {
    return localAddress;
  }

  @Override
  public void send(ByteBuffer datagram, InetSocketAddress to) {
    if (closed) {
      return;
    }
    if (!hasRoom() || !reaches(to)) {
      sendDrops++;
    } else if (datagram.hasRemaining()) {
      ByteBuf copy = copy(datagram);
      pending++;
      channel.write(socket.message(copy, to), outcome);
    } else {
      sendEmpty(to);
    }
  }

  private boolean hasRoom() {
    if (!channel.isWritable()) {
      channel.flush();
    }
    return channel.isWritable();
  }

  /** An IPv4 socket would send to an IPv6 address's last four bytes. */
  private boolean reaches(InetSocketAddress to) {
    if (to == null) {
      return remote != null;
    }
    return !to.isUnresolved() && (ipv6 || !(to.getAddress() instanceof Inet6Address));
  }

  private ByteBuf copy(ByteBuffer datagram) {
    int bytes = datagram.remaining();
    ByteBuf copy = channel.alloc().directBuffer(bytes);
    if (datagram.hasArray()) {
      copy.writeBytes(datagram.array(), datagram.arrayOffset() + datagram.position(), bytes);
    } else {
      copy.writeBytes(datagram.duplicate());
    }
    return copy;
  }

  private void sendEmpty(InetSocketAddress to) {
    channel.flush();
    try {
      socket.sendEmpty(to == null ? remote : to);
    } catch (IOException e) {
      notSent(e);
    }
  }

  private void notSent(Throwable cause) {
    sendDrops++;
    if (remote == null || refusalPending || !NetworkErrors.isRefused(cause)) {
      return;
    }
    // Not from within the flush: the handler may close the port.
    refusalPending = true;
    engine.execute(
        () -> {
          refusalPending = false;
          tell(cause);
        });
  }

  private void tell(Throwable cause) {
    if (closed) {
      return;
    }
    IOException told;
    if (remote != null && NetworkErrors.isRefused(cause)) {
      told = new PortUnreachableException(Addresses.text(remote) + ": connection refused");
    } else {
      told = cause instanceof IOException io ? io : new IOException(cause);
    }
    engine.guard(() -> handler.onError(this, told));
  }

  @Override
  public void flush() {
    if (!closed) {
      channel.flush();
    }
  }

  @Override
  public boolean stayOn(int interfaceIndex) {
    return !closed && socket.stayOn(interfaceIndex, ipv6);
  }

  @Override
  public long sendDrops() {
    return sendDrops;
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    channel.flush();
    if (pending == 0) {
      channel.close();
    } else {
      channel.eventLoop().schedule(() -> channel.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void settled() {
    pending--;
    if (closed && pending == 0) {
      channel.eventLoop().execute(channel::close);
    }
  }

  /** What tells when the socket is really closed, after {@link #close}. */
  ChannelFuture closeFuture() {
    return channel.closeFuture();
  }

  private void receive(DatagramPacket packet) {
    InetSocketAddress source = packet.sender();
    // What reached the socket between bind and connect may be anybody's.
    if (closed || (remote != null && !remote.equals(source))) {
      return;
    }
    ByteBuf content = packet.content();
    ByteBuffer datagram = engine.receiveBuffer();
    content.getBytes(content.readerIndex(), datagram.limit(content.readableBytes()));
    handler.onDatagram(this, source, datagram.flip());
  }

  private final class Receiver extends ChannelInboundHandlerAdapter {

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      DatagramPacket packet = (DatagramPacket) message;
      try {
        receive(packet);
      } finally {
        packet.release();
      }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      if (!closed) {
        handler.onBatchEnd(NettyPort.this);
      }
    }

    /** The socket's errors, and what the handler threw above. */
    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      if (cause instanceof IOException) {
        tell(cause);
      } else {
        engine.failed(cause);
      }
    }
  }

  /**
   * What Netty is given as the promise of every write: it never completes, so one serves all, and a
   * failure is a count.
   */
  private final class SendOutcome extends DefaultChannelPromise {

    SendOutcome() {
      super(channel);
    }

    @Override
    public boolean trySuccess() {
      return trySuccess(null);
    }

    @Override
    public boolean trySuccess(Void result) {
      settled();
      return true;
    }

    @Override
    public boolean tryFailure(Throwable cause) {
      notSent(cause);
      settled();
      return true;
    }
  }
}

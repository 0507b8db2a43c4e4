package dev.mptunnel.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/** A stream channel of Netty's. */
final class NettyStreamSocket extends ChannelInboundHandlerAdapter implements StreamSocket {

  /** Of a socket that nobody has taken yet: whatever happens, it is closed. */
  private static final StreamHandler NOBODY =
      new StreamHandler() {
        @Override
        public void onRead(StreamSocket socket, ByteBuffer bytes) {
          socket.abort();
        }

        @Override
        public void onWritable(StreamSocket socket) {}

        @Override
        public void onFinished(StreamSocket socket) {
          socket.abort();
        }

        @Override
        public void onClosed(StreamSocket socket, IOException cause) {}
      };

  private static final int NO_LINGER = -1;

  private final NettyStreamEngine engine;
  private final Channel channel;
  private StreamHandler handler = NOBODY;
  private InetSocketAddress remote;
  private IOException cause;
  private ChannelPromise finished;
  private final ReadPace pace = new ReadPace();
  private boolean reading;
  private boolean resting;
  private boolean closing;
  private boolean closed;

  NettyStreamSocket(NettyStreamEngine engine, Channel channel) {
    this.engine = engine;
    this.channel = channel;
    remote = (InetSocketAddress) channel.remoteAddress();
  }

  @Override
  public InetSocketAddress localAddress() {
    return (InetSocketAddress) channel.localAddress();
  }

  @Override
  public InetSocketAddress remoteAddress() {
    return remote;
  }

  @Override
  public void setHandler(StreamHandler handler) {
    this.handler = handler;
  }

  @Override
  public void setReading(boolean isWanted) {
    reading = isWanted;
    if (!resting) {
      channel.config().setAutoRead(reading);
    }
  }

  /** What has gathered since may be read. */
  void onRested() {
    resting = false;
    pace.onRested(engine.nanoTime());
    if (!closing) {
      channel.config().setAutoRead(reading);
    }
  }

  @Override
  public boolean write(ByteBuffer bytes) {
    if (closing) {
      return false;
    }
    ByteBuf copy = channel.alloc().directBuffer(bytes.remaining()).writeBytes(bytes);
    channel.write(copy, channel.voidPromise());
    return channel.isWritable();
  }

  @Override
  public boolean isWritable() {
    return !closing && channel.isWritable();
  }

  @Override
  public void flush() {
    channel.flush();
  }

  @Override
  public void finish() {
    if (finished == null && !closing) {
      finished = channel.newPromise();
      // Netty drops what was written and not sent when it shuts down.
      channel
          .writeAndFlush(Unpooled.EMPTY_BUFFER)
          .addListener(_ -> ((DuplexChannel) channel).shutdownOutput(finished));
    }
  }

  @Override
  public void close() {
    if (closing) {
      return;
    }
    if (!channel.isActive()) {
      abort(); // it is not even connected
      return;
    }
    ChannelFuture sent = finished == null ? channel.writeAndFlush(Unpooled.EMPTY_BUFFER) : finished;
    closing = true;
    sent.addListener(
        (ChannelFutureListener)
            done -> {
              if (done.isSuccess() && channel.isOpen()) {
                channel.config().setOption(ChannelOption.SO_LINGER, NO_LINGER);
              }
              channel.close();
            });
  }

  @Override
  public void abort() {
    closing = true;
    channel.close();
  }

  /** The attempt to connect is over. */
  void onConnectOutcome(InetSocketAddress address, Throwable failure) {
    remote = address;
    if (failure == null) {
      engine.guard(() -> handler.onConnected(this));
    } else {
      cause = closing ? null : NetworkErrors.connect(address, failure);
      channel.close();
      tellClosed();
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    ByteBuf bytes = (ByteBuf) message;
    boolean isMore = !bytes.isWritable(); // than there was room for
    if (!isMore && !resting && pace.restsAfter(engine.nanoTime(), bytes.readableBytes())) {
      resting = true;
      channel.config().setAutoRead(false);
      engine.wakeAfterRest(this);
    }
    try {
      if (!closing) {
        engine.guard(() -> handler.onRead(this, bytes.nioBuffer()));
      }
    } finally {
      bytes.release();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (channel.isWritable() && !closing) {
      engine.guard(() -> handler.onWritable(this));
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event == ChannelInputShutdownEvent.INSTANCE) {
      engine.guard(() -> handler.onFinished(this));
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable failure) {
    if (failure instanceof IOException io) {
      cause = io;
    } else {
      engine.failed(failure);
    }
    channel.close();
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    tellClosed();
  }

  private void tellClosed() {
    if (!closed) {
      closed = true;
      closing = true;
      engine.guard(() -> handler.onClosed(this, cause));
    }
  }
}

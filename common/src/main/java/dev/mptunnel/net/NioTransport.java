package dev.mptunnel.net;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import jdk.net.ExtendedSocketOptions;

/** The JDK's selector: everywhere else. */
final class NioTransport implements Transport {

  private final ReceiveSlots slots =
      new ReceiveSlots(() -> PooledByteBufAllocator.DEFAULT.directBuffer(SLOT_BYTES), 1);

  @Override
  public String name() {
    return "nio";
  }

  @Override
  public IoHandlerFactory newIoHandlerFactory() {
    return NioIoHandler.newFactory();
  }

  @Override
  public Socket newSocket(SocketProtocolFamily family, boolean connected) throws IOException {
    DatagramChannel jdk = DatagramChannel.open(family.toJdkFamily());
    if (connected) {
      jdk.setOption(StandardSocketOptions.SO_REUSEADDR, true); // for sendEmpty's twin
    }
    NioDatagramChannel channel = new NioDatagramChannel(jdk);
    channel.config().setOption(ChannelOption.RECVBUF_ALLOCATOR, slots);
    return new NioSocket(family, jdk, channel);
  }

  private record NioSocket(SocketProtocolFamily family, DatagramChannel jdk, Channel channel)
      implements Socket {

    /** The JDK has no SO_BINDTODEVICE: the interface's address is the nearest thing. */
    @Override
    public InetSocketAddress bindToDevice(String device, InetSocketAddress local)
        throws IOException {
      if (!local.getAddress().isAnyLocalAddress()) {
        return local;
      }
      NetworkInterface found = NetworkInterface.getByName(device);
      if (found == null) {
        throw NetworkErrors.noSuchInterface(device);
      }
      Class<? extends InetAddress> family = local.getAddress().getClass();
      InetAddress address =
          found
              .inetAddresses()
              .filter(family::isInstance)
              .findFirst()
              .orElseThrow(
                  () -> new IOException("interface " + device + ": has no address of this family"));
      return new InetSocketAddress(address, local.getPort());
    }

    @Override
    public void mark(int mark) throws IOException {
      throw NetworkErrors.noMarkHere(mark);
    }

    /** The JDK's option heeds routers besides, which makes probes fail sooner, or wrongly. */
    @Override
    public void sendWhole(SocketProtocolFamily ignored) throws IOException {
      if (jdk.supportedOptions().contains(ExtendedSocketOptions.IP_DONTFRAGMENT)) {
        jdk.setOption(ExtendedSocketOptions.IP_DONTFRAGMENT, true);
      }
    }

    @Override
    public SocketBuffers setBufferBytes(int bytes) throws IOException {
      jdk.setOption(StandardSocketOptions.SO_RCVBUF, bytes);
      jdk.setOption(StandardSocketOptions.SO_SNDBUF, bytes);
      return new SocketBuffers(
          jdk.getOption(StandardSocketOptions.SO_RCVBUF),
          jdk.getOption(StandardSocketOptions.SO_SNDBUF));
    }

    @Override
    public void connect(InetSocketAddress remote) throws IOException {
      jdk.connect(remote);
    }

    @Override
    public InetSocketAddress localAddress() throws IOException {
      return (InetSocketAddress) jdk.getLocalAddress();
    }

    /**
     * On a connected channel by another one at the same address: the JDK sends nothing there for an
     * empty write, and to disconnect and connect again would throw away what has arrived.
     */
    @Override
    public void sendEmpty(InetSocketAddress remote) throws IOException {
      ByteBuffer empty = ByteBuffer.allocate(0);
      if (!jdk.isConnected()) {
        jdk.send(empty, remote);
        return;
      }
      try (DatagramChannel twin = DatagramChannel.open(family.toJdkFamily())) {
        twin.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        twin.bind(jdk.getLocalAddress()).send(empty, remote);
      }
    }
  }
}

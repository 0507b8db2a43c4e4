package dev.mptunnel.net;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What epoll and io_uring sockets have in common: Linux socket options. */
abstract class UnixSocket implements Transport.Socket {

  private static final ChannelOption<Integer> SO_MARK =
      new IntegerUnixChannelOption("SO_MARK", LinuxOptions.SOL_SOCKET, LinuxOptions.SO_MARK);

  private static final Logger LOG = LoggerFactory.getLogger(UnixSocket.class);

  private static final ChannelOption<Integer> IP_MTU_DISCOVER =
      new IntegerUnixChannelOption(
          "IP_MTU_DISCOVER", LinuxOptions.IPPROTO_IP, LinuxOptions.IP_MTU_DISCOVER);

  private static final ChannelOption<Integer> IPV6_MTU_DISCOVER =
      new IntegerUnixChannelOption(
          "IPV6_MTU_DISCOVER", LinuxOptions.IPPROTO_IPV6, LinuxOptions.IPV6_MTU_DISCOVER);

  private static final ChannelOption<Integer> IP_UNICAST_IF =
      new IntegerUnixChannelOption(
          "IP_UNICAST_IF", LinuxOptions.IPPROTO_IP, LinuxOptions.IP_UNICAST_IF);

  private static final ChannelOption<Integer> IPV6_UNICAST_IF =
      new IntegerUnixChannelOption(
          "IPV6_UNICAST_IF", LinuxOptions.IPPROTO_IPV6, LinuxOptions.IPV6_UNICAST_IF);

  private static final ChannelOption<Integer> SO_SNDBUFFORCE =
      new IntegerUnixChannelOption(
          "SO_SNDBUFFORCE", LinuxOptions.SOL_SOCKET, LinuxOptions.SO_SNDBUFFORCE);

  private static final ChannelOption<Integer> SO_RCVBUFFORCE =
      new IntegerUnixChannelOption(
          "SO_RCVBUFFORCE", LinuxOptions.SOL_SOCKET, LinuxOptions.SO_RCVBUFFORCE);

  private final UnixChannel channel;

  UnixSocket(UnixChannel channel) {
    this.channel = channel;
  }

  @Override
  public final Channel channel() {
    return channel;
  }

  final io.netty.channel.unix.Socket socket() {
    return (io.netty.channel.unix.Socket) channel.fd();
  }

  @Override
  public final InetSocketAddress bindToDevice(String device, InetSocketAddress local)
      throws IOException {
    byte[] name = device.getBytes(StandardCharsets.UTF_8);
    try {
      channel
          .config()
          .setOption(
              new RawUnixChannelOption(
                  "SO_BINDTODEVICE",
                  LinuxOptions.SOL_SOCKET,
                  LinuxOptions.SO_BINDTODEVICE,
                  name.length),
              ByteBuffer.wrap(name));
    } catch (ChannelException e) {
      throw NetworkErrors.bindToDevice(device, e);
    }
    return local;
  }

  @Override
  public final void mark(int mark) throws IOException {
    try {
      channel.config().setOption(SO_MARK, mark);
    } catch (ChannelException e) {
      throw NetworkErrors.mark(mark, e);
    }
  }

  @Override
  public final void sendWhole(SocketProtocolFamily family) {
    try {
      // An IPv6 socket sends to IPv4 addresses too, by IPv4's option.
      channel.config().setOption(IP_MTU_DISCOVER, LinuxOptions.PMTUDISC_PROBE);
      if (family == SocketProtocolFamily.INET6) {
        channel.config().setOption(IPV6_MTU_DISCOVER, LinuxOptions.PMTUDISC_PROBE);
      }
    } catch (ChannelException e) {
      // Of a kernel that is none, as in some containers: then IP may fragment, as it did before.
      LOG.debug("don't-fragment is not to be had", e);
    }
  }

  @Override
  public final boolean stayOn(int interfaceIndex, boolean ipv6) {
    int value = LinuxOptions.networkOrder(interfaceIndex);
    try {
      channel.config().setOption(IP_UNICAST_IF, value);
      if (ipv6) {
        channel.config().setOption(IPV6_UNICAST_IF, value);
      }
      return true;
    } catch (ChannelException e) {
      return false;
    }
  }

  @Override
  public final SocketBuffers setBufferBytes(int bytes) {
    return new SocketBuffers(
        setBufferBytes(SO_RCVBUFFORCE, ChannelOption.SO_RCVBUF, bytes),
        setBufferBytes(SO_SNDBUFFORCE, ChannelOption.SO_SNDBUF, bytes));
  }

  private int setBufferBytes(
      ChannelOption<Integer> forced, ChannelOption<Integer> polite, int bytes) {
    try {
      channel.config().setOption(forced, bytes);
    } catch (ChannelException e) {
      channel.config().setOption(polite, bytes);
    }
    // The kernel doubles what it is asked for, to leave room for its own bookkeeping: socket(7).
    return channel.config().getOption(polite) / 2;
  }

  @Override
  public final InetSocketAddress localAddress() {
    return socket().localAddress();
  }
}

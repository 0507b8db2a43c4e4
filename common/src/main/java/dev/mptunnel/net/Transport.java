package dev.mptunnel.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import java.io.IOException;
import java.net.InetSocketAddress;

/**
 * What differs between Netty's ways to the kernel. Of each engine's own; called on its thread, but
 * for {@link #newIoHandlerFactory}.
 */
interface Transport {

  /** No datagram is longer: 65,507 bytes over IPv4, 65,527 over IPv6. */
  int SLOT_BYTES = 65_536;

  String name();

  IoHandlerFactory newIoHandlerFactory();

  /** A socket that is not yet bound, with room to receive the longest datagrams. */
  Socket newSocket(SocketProtocolFamily family, boolean connected) throws IOException;

  /** Frees what the sockets shared; they are closed by now. */
  default void release() {}

  /** One socket of the transport, and what Netty's channel does not offer in common. */
  interface Socket {

    Channel channel();

    /** The address to bind for this interface; sets what else is needed to stay on it. */
    InetSocketAddress bindToDevice(String device, InetSocketAddress local) throws IOException;

    /**
     * Marks the packets for routing rules and the firewall.
     *
     * @param mark 32 bits, not all 0
     */
    void mark(int mark) throws IOException;

    /** Has no datagram fragmented by IP; see {@link PortOptions#whole}. */
    void sendWhole(SocketProtocolFamily family) throws IOException;

    /** Asks for this size of both buffers and returns what was given. */
    SocketBuffers setBufferBytes(int bytes) throws IOException;

    /**
     * Sends out of this interface, as {@link DatagramPort#stayOn} has it.
     *
     * @param ipv6 whether the socket is one of IPv6, which may send to both families
     */
    default boolean stayOn(int interfaceIndex, boolean ipv6) {
      return false;
    }

    /** Connects at once. */
    void connect(InetSocketAddress remote) throws IOException;

    /** The bound address. */
    InetSocketAddress localAddress() throws IOException;

    /** What Netty's channel is to be given to send this; a null remote is the connected peer. */
    default Object message(ByteBuf datagram, InetSocketAddress remote) {
      return remote == null ? datagram : new DatagramPacket(datagram, remote);
    }

    /**
     * Sends an empty datagram behind those that were flushed. A call of its own, because Netty's
     * epoll and NIO channels count empty datagrams as sent without sending them, and epoll's
     * sendmmsg then loses count of the others in the batch.
     *
     * @param remote where to, which on a connected socket is the peer
     */
    void sendEmpty(InetSocketAddress remote) throws IOException;
  }
}

package dev.mptunnel.net;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A UDP socket of Linux: its descriptor and its options. */
final class NativeSocket {

  private static final Logger LOG = LoggerFactory.getLogger(NativeSocket.class);

  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_NONBLOCK = 0x800;
  private static final int SOCK_CLOEXEC = 0x8_0000;

  /** IFNAMSIZ without the zero at the end: the kernel would take the beginning of a longer one. */
  private static final int DEVICE_NAME_BYTES = 15;

  /** A sock_fprog: how many instructions there are:16, and from byte 8 on where they are. */
  private static final int PROGRAM_HEADER_BYTES = 16;

  /** Where in the scratch memory an answer is; its length is at the beginning. */
  private static final long ANSWER = 8;

  private final LinuxSockets calls;
  private final MemorySegment scratch;
  private final int descriptor;
  private final boolean ipv6;
  private boolean closed;
  private long receiveDrops;

  /** Memory for {@link #NativeSocket}: one serves all the sockets of a thread. */
  static MemorySegment newScratch(Arena arena) {
    return arena.allocate(128, 8);
  }

  /**
   * Opens a socket that is not bound, one of IPv6 for both families.
   *
   * @param scratch from {@link #newScratch}
   */
  NativeSocket(LinuxSockets calls, MemorySegment scratch, boolean ipv6) throws IOException {
    this.calls = calls;
    this.scratch = scratch;
    this.ipv6 = ipv6;
    int domain = ipv6 ? SocketAddresses.AF_INET6 : SocketAddresses.AF_INET;
    descriptor = done(calls.socket(domain, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (ipv6) {
      set(LinuxOptions.IPPROTO_IPV6, LinuxOptions.IPV6_V6ONLY, 0);
    }
  }

  private static int done(int result) throws IOException {
    if (result < 0) {
      throw Errno.exception(-result);
    }
    return result;
  }

  int descriptor() {
    return descriptor;
  }

  boolean ipv6() {
    return ipv6;
  }

  private int set(int level, int option, int value) {
    scratch.set(ValueLayout.JAVA_INT, 0, value);
    return calls.setsockopt(descriptor, level, option, scratch, Integer.BYTES);
  }

  /** Asks for an option, which is at {@link #ANSWER} then. */
  private int get(int level, int option, int bytes) {
    scratch.set(ValueLayout.JAVA_INT, 0, bytes);
    return calls.getsockopt(descriptor, level, option, scratch.asSlice(ANSWER), scratch);
  }

  /** One of the numbers of 32 bits that {@link #get} read. */
  private int number(int index) {
    return scratch.get(ValueLayout.JAVA_INT, ANSWER + (long) index * Integer.BYTES);
  }

  void bindToDevice(String device) throws IOException {
    byte[] name = device.getBytes(StandardCharsets.UTF_8);
    if (name.length > DEVICE_NAME_BYTES) {
      throw NetworkErrors.noSuchInterface(device);
    }
    MemorySegment.copy(name, 0, scratch, ValueLayout.JAVA_BYTE, 0, name.length);
    int result =
        calls.setsockopt(
            descriptor,
            LinuxOptions.SOL_SOCKET,
            LinuxOptions.SO_BINDTODEVICE,
            scratch,
            name.length);
    if (result < 0) {
      throw NetworkErrors.bindToDevice(device, Errno.exception(-result));
    }
  }

  void mark(int mark) throws IOException {
    int result = set(LinuxOptions.SOL_SOCKET, LinuxOptions.SO_MARK, mark);
    if (result < 0) {
      throw NetworkErrors.mark(mark, Errno.exception(-result));
    }
  }

  /** Marks the packets, by the byte of their IP header that says how they are to be treated. */
  void trafficClass(int bits) throws IOException {
    // An IPv6 socket sends to IPv4 addresses too, by IPv4's option.
    done(set(LinuxOptions.IPPROTO_IP, LinuxOptions.IP_TOS, bits));
    if (ipv6) {
      done(set(LinuxOptions.IPPROTO_IPV6, LinuxOptions.IPV6_TCLASS, bits));
    }
  }

  /** Has the kernel tell what datagrams are marked with. */
  void receiveTrafficClass() throws IOException {
    done(set(LinuxOptions.IPPROTO_IP, LinuxOptions.IP_RECVTOS, 1));
    if (ipv6) {
      done(set(LinuxOptions.IPPROTO_IPV6, LinuxOptions.IPV6_RECVTCLASS, 1));
    }
  }

  /** Has no datagram fragmented by IP; see {@link PortOptions#whole}. */
  void sendWhole() {
    // An IPv6 socket sends to IPv4 addresses too, by IPv4's option.
    int result =
        set(LinuxOptions.IPPROTO_IP, LinuxOptions.IP_MTU_DISCOVER, LinuxOptions.PMTUDISC_PROBE);
    if (result == 0 && ipv6) {
      result =
          set(
              LinuxOptions.IPPROTO_IPV6,
              LinuxOptions.IPV6_MTU_DISCOVER,
              LinuxOptions.PMTUDISC_PROBE);
    }
    if (result < 0) {
      // Of a kernel that is none, as in some containers: then IP may fragment, as it did before.
      LOG.debug("don't-fragment is not to be had: {}", Errno.exception(-result).getMessage());
    }
  }

  /** Asks for this size of both buffers and returns what was given. */
  SocketBuffers setBufferBytes(int bytes) throws IOException {
    return new SocketBuffers(
        setBufferBytes(LinuxOptions.SO_RCVBUFFORCE, LinuxOptions.SO_RCVBUF, bytes),
        setBufferBytes(LinuxOptions.SO_SNDBUFFORCE, LinuxOptions.SO_SNDBUF, bytes));
  }

  private int setBufferBytes(int forced, int polite, int bytes) throws IOException {
    if (set(LinuxOptions.SOL_SOCKET, forced, bytes) < 0) {
      done(set(LinuxOptions.SOL_SOCKET, polite, bytes));
    }
    done(get(LinuxOptions.SOL_SOCKET, polite, Integer.BYTES));
    // The kernel doubles what it is asked for, to leave room for its own bookkeeping: socket(7).
    return number(0) / 2;
  }

  void bind(InetSocketAddress local) throws IOException {
    done(calls.bind(descriptor, scratch, SocketAddresses.write(local, ipv6, scratch, 0)));
  }

  /** Lets others share its port that are opened after this. */
  void sharePort() throws IOException {
    done(set(LinuxOptions.SOL_SOCKET, LinuxOptions.SO_REUSEPORT, 1));
  }

  /** See {@link DatagramPort#steerBySession}. */
  void steerBySession(int sockets) throws IOException {
    SessionSteering.writeProgram(sockets, scratch, PROGRAM_HEADER_BYTES);
    scratch.set(ValueLayout.JAVA_SHORT, 0, (short) SessionSteering.INSTRUCTIONS);
    scratch.set(ValueLayout.JAVA_LONG, Long.BYTES, scratch.address() + PROGRAM_HEADER_BYTES);
    done(
        calls.setsockopt(
            descriptor,
            LinuxOptions.SOL_SOCKET,
            LinuxOptions.SO_ATTACH_REUSEPORT_CBPF,
            scratch,
            PROGRAM_HEADER_BYTES));
  }

  void connect(InetSocketAddress remote) throws IOException {
    done(calls.connect(descriptor, scratch, SocketAddresses.write(remote, ipv6, scratch, 0)));
  }

  InetSocketAddress localAddress() throws IOException {
    scratch.set(ValueLayout.JAVA_INT, 0, SocketAddresses.SLOT_BYTES);
    MemorySegment address = scratch.asSlice(ANSWER);
    done(calls.getsockname(descriptor, address, scratch));
    return SocketAddresses.read(address, 0);
  }

  /** Sends out of this interface, as {@link DatagramPort#stayOn} has it. */
  boolean stayOn(int interfaceIndex) {
    int value = LinuxOptions.networkOrder(interfaceIndex);
    return set(LinuxOptions.IPPROTO_IP, LinuxOptions.IP_UNICAST_IF, value) == 0
        && (!ipv6 || set(LinuxOptions.IPPROTO_IPV6, LinuxOptions.IPV6_UNICAST_IF, value) == 0);
  }

  /** Lets several datagrams come as one where the kernel can: then their size comes with them. */
  void receiveJoined() {
    if (set(LinuxOptions.SOL_UDP, LinuxOptions.UDP_GRO, 1) < 0) {
      LOG.debug("no UDP_GRO");
    }
  }

  /** Has the kernel tell when datagrams arrived. */
  void stampReceived() {
    if (set(LinuxOptions.SOL_SOCKET, LinuxOptions.SO_TIMESTAMPNS, 1) < 0) {
      LOG.debug("no SO_TIMESTAMPNS");
    }
  }

  /** Whether several datagrams may be sent as one: a kernel that cannot would not cut it. */
  boolean sendsJoined() {
    return get(LinuxOptions.SOL_UDP, LinuxOptions.UDP_SEGMENT, Integer.BYTES) == 0;
  }

  /**
   * What the kernel dropped since the receive buffer was full, as in {@link
   * DatagramPort#receiveDrops}. Read from SO_MEMINFO rather than from SO_RXQ_OVFL's messages, which
   * come with later datagrams only, and cost time with each. The kernel's number has 32 bits and is
   * asked for only here, so it must not come round twice between two calls.
   */
  long receiveDrops() {
    int bytes = LinuxOptions.MEMINFO_NUMBERS * Integer.BYTES;
    if (!closed && get(LinuxOptions.SOL_SOCKET, LinuxOptions.SO_MEMINFO, bytes) == 0) {
      int more = number(LinuxOptions.MEMINFO_DROPS) - (int) receiveDrops;
      receiveDrops += Integer.toUnsignedLong(more);
    }
    return receiveDrops;
  }

  void close() {
    if (!closed) {
      receiveDrops();
      closed = true;
      calls.close(descriptor);
    }
  }
}

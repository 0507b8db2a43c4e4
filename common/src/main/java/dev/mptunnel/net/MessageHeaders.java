package dev.mptunnel.net;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The array that recvmmsg(2) and sendmmsg(2) are given, each message with one piece of memory, room
 * for an address and for a few control messages (cmsg(3)). As laid out on 64-bit Linux:
 *
 * <pre>
 *   struct mmsghdr   name:64  name bytes:32 -:32  iovec:64  iovecs:64
 *                    control:64  control bytes:64  flags:32 -:32  message bytes:32 -:32
 *   struct iovec     memory:64  bytes:64
 *   struct cmsghdr   bytes:64  level:32  type:32  data
 * </pre>
 */
final class MessageHeaders {

  private static final int HEADER_BYTES = 64;
  private static final int NAME = 0;
  private static final int NAME_BYTES = 8;
  private static final int IOVEC = 16;
  private static final int IOVECS = 24;
  private static final int CONTROL = 32;
  private static final int CONTROL_BYTES = 40;
  private static final int MESSAGE_BYTES = 56;

  private static final int IOVEC_BYTES = 16;
  private static final int CONTROL_ROOM = 128;
  private static final int CONTROL_LEVEL = 8;
  private static final int CONTROL_TYPE = 12;
  private static final int CONTROL_DATA = 16;
  private static final long NONE = -1;

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  private final MemorySegment headers;
  private final MemorySegment vectors;
  private final MemorySegment names;
  private final MemorySegment controls;

  MessageHeaders(Arena arena, int count) {
    headers = arena.allocate((long) count * HEADER_BYTES, 8);
    vectors = arena.allocate((long) count * IOVEC_BYTES, 8);
    names = arena.allocate((long) count * SocketAddresses.SLOT_BYTES, 8);
    controls = arena.allocate((long) count * CONTROL_ROOM, 8);
    for (int i = 0; i < count; i++) {
      long header = header(i);
      headers.set(LONG, header + NAME, names.address() + name(i));
      headers.set(LONG, header + IOVEC, vectors.address() + (long) i * IOVEC_BYTES);
      headers.set(LONG, header + IOVECS, 1);
      headers.set(LONG, header + CONTROL, controls.address() + control(i));
    }
  }

  private static long header(int index) {
    return (long) index * HEADER_BYTES;
  }

  private static long name(int index) {
    return (long) index * SocketAddresses.SLOT_BYTES;
  }

  private static long control(int index) {
    return (long) index * CONTROL_ROOM;
  }

  /** The array. */
  MemorySegment array() {
    return headers;
  }

  /** Where the messages' addresses are; see {@link #nameOffset}. */
  MemorySegment names() {
    return names;
  }

  /** Where in {@link #names} a message's address is. */
  long nameOffset(int index) {
    return name(index);
  }

  /** The memory that a message is read from or written to. */
  void setMemory(int index, long address, int bytes) {
    long vector = (long) index * IOVEC_BYTES;
    vectors.set(LONG, vector, address);
    vectors.set(LONG, vector + Long.BYTES, bytes);
  }

  /** How long the address is; 0 for none. */
  void setNameBytes(int index, int bytes) {
    headers.set(INT, header(index) + NAME_BYTES, bytes);
  }

  /** Makes room for a control message, as before receiving. */
  void setControlRoom(int index) {
    headers.set(LONG, header(index) + CONTROL_BYTES, CONTROL_ROOM);
  }

  void setNoControl(int index) {
    headers.set(LONG, header(index) + CONTROL_BYTES, 0);
  }

  /** Adds a control message with a number of 16 bits. */
  void addControl(int index, int level, int type, short value) {
    long data = addHead(index, level, type, Short.BYTES);
    controls.set(ValueLayout.JAVA_SHORT, data, value);
  }

  /** Adds a control message with a number of 32 bits. */
  void addControl(int index, int level, int type, int value) {
    long data = addHead(index, level, type, Integer.BYTES);
    controls.set(INT, data, value);
  }

  private long addHead(int index, int level, int type, long bytes) {
    long used = headers.get(LONG, header(index) + CONTROL_BYTES);
    long at = control(index) + used;
    controls.set(LONG, at, CONTROL_DATA + bytes);
    controls.set(INT, at + CONTROL_LEVEL, level);
    controls.set(INT, at + CONTROL_TYPE, type);
    headers.set(LONG, header(index) + CONTROL_BYTES, used + CONTROL_DATA + aligned(bytes));
    return at + CONTROL_DATA;
  }

  /** The number of 32 bits in a control message of UDP's, or 0 if none came. */
  int control(int index, int type) {
    long data = data(index, LinuxOptions.SOL_UDP, type, Integer.BYTES);
    return data < 0 ? 0 : controls.get(INT, data);
  }

  /** The traffic class of a message, or 0 if that was not told. */
  int trafficClass(int index) {
    // A byte of an IPv4 packet's, which a socket of IPv6 may have received too.
    long tos = data(index, LinuxOptions.IPPROTO_IP, LinuxOptions.IP_TOS, Byte.BYTES);
    if (tos >= 0) {
      return Byte.toUnsignedInt(controls.get(ValueLayout.JAVA_BYTE, tos));
    }
    long told = data(index, LinuxOptions.IPPROTO_IPV6, LinuxOptions.IPV6_TCLASS, Integer.BYTES);
    return told < 0 ? 0 : controls.get(INT, told);
  }

  /** When the datagram arrived, by the time of day; 0 if that was not told. */
  long stampNanos(int index) {
    long data = data(index, LinuxOptions.SOL_SOCKET, LinuxOptions.SO_TIMESTAMPNS, 2L * Long.BYTES);
    return data < 0 ? 0 : KernelClock.nanos(controls, data);
  }

  /** Where in {@link #controls} the data of a control message is; negative if none came. */
  private long data(int index, int level, int type, long bytes) {
    long at = control(index);
    long end = at + headers.get(LONG, header(index) + CONTROL_BYTES);
    while (at + CONTROL_DATA + bytes <= end) {
      if (controls.get(INT, at + CONTROL_LEVEL) == level
          && controls.get(INT, at + CONTROL_TYPE) == type) {
        return at + CONTROL_DATA;
      }
      at += Math.max(CONTROL_DATA, aligned(controls.get(LONG, at)));
    }
    return NONE;
  }

  /** CMSG_ALIGN of cmsg(3). */
  private static long aligned(long bytes) {
    return bytes + Long.BYTES - 1 & -Long.BYTES;
  }

  /** How many bytes were received. */
  int messageBytes(int index) {
    return headers.get(INT, header(index) + MESSAGE_BYTES);
  }
}

package dev.mptunnel.net;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/**
 * One call of recvmmsg(2), and what it brought. One is enough for all the sockets of a thread: a
 * read hands everything over before the next one begins.
 */
final class ReceiveBatch {

  /** How many messages one call brings at most, each a datagram or several of one size. */
  static final int SLOTS = 16;

  /** No datagram is longer, and no message: 65,507 bytes over IPv4, 65,527 over IPv6. */
  static final int SLOT_BYTES = 65_536;

  private static final int MSG_DONTWAIT = 0x40;

  private final LinuxSockets calls;
  private final AddressCache addresses;
  private final ByteBuffer buffer;
  private final MessageHeaders headers;

  ReceiveBatch(LinuxSockets calls, AddressCache addresses, Arena arena) {
    this.calls = calls;
    this.addresses = addresses;
    MemorySegment memory = arena.allocate((long) SLOTS * SLOT_BYTES, 4096);
    buffer = memory.asByteBuffer();
    headers = new MessageHeaders(arena, SLOTS);
    for (int i = 0; i < SLOTS; i++) {
      headers.setMemory(i, memory.address() + (long) i * SLOT_BYTES, SLOT_BYTES);
    }
  }

  /**
   * Receives.
   *
   * @param slots how many messages at most, up to {@link #SLOTS}
   * @return how many came, or the negative of an error number
   */
  int receive(NativeSocket socket, int slots) {
    for (int i = 0; i < slots; i++) {
      headers.setNameBytes(i, SocketAddresses.SLOT_BYTES);
      headers.setControlRoom(i);
    }
    return calls.recvmmsg(socket.descriptor(), headers.array(), slots, MSG_DONTWAIT);
  }

  /** Who sent a message, or null if that cannot be told. */
  InetSocketAddress source(int index) {
    return addresses.read(headers.names(), headers.nameOffset(index));
  }

  /** How long a message is. */
  int bytes(int index) {
    return headers.messageBytes(index);
  }

  /** How long each datagram of a message is, but for the last, which may be shorter. */
  int segmentBytes(int index) {
    int told = headers.control(index, LinuxOptions.UDP_GRO);
    return told > 0 ? told : SLOT_BYTES;
  }

  /** When it arrived, by the time of day; of several joined, the first. 0 if that was not told. */
  long stampNanos(int index) {
    return headers.stampNanos(index);
  }

  /** What it was marked with, or 0 if that was not told. */
  int trafficClass(int index) {
    return headers.trafficClass(index);
  }

  /**
   * A part of a message where it lies, from position to limit: a copy would be in vain for all that
   * is dropped, such as what came over another path before.
   *
   * @return the same buffer each time, which also leads to what is beside that part
   */
  ByteBuffer part(int index, int offset, int bytes) {
    int start = index * SLOT_BYTES + offset;
    return buffer.limit(start + bytes).position(start);
  }
}

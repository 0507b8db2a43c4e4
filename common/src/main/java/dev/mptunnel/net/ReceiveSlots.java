package dev.mptunnel.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import java.util.function.Supplier;

/**
 * Hands Netty the buffers to receive into: each one has room for several of the longest datagrams,
 * side by side, so that one system call fills them all.
 *
 * <p>A read goes on only while every slot was filled: a socket that gave fewer is empty, and asking
 * again would cost a call to learn so.
 */
final class ReceiveSlots implements RecvByteBufAllocator {

  /** Then other sockets and timers have their turn. */
  private static final int MAX_DATAGRAMS_PER_TURN = 64;

  private final Supplier<ByteBuf> buffers;
  private final int slots;

  /**
   * @param buffers gives an empty buffer that the reader releases
   * @param slots how many datagrams a full read brings
   */
  ReceiveSlots(Supplier<ByteBuf> buffers, int slots) {
    this.buffers = buffers;
    this.slots = slots;
  }

  @Override
  public ExtendedHandle newHandle() {
    return new SlotHandle();
  }

  private final class SlotHandle implements ExtendedHandle {

    private int readNow;
    private int readThisTurn;
    private int lastBytes;
    private int attemptedBytes;

    @Override
    public ByteBuf allocate(ByteBufAllocator ignored) {
      readNow = 0;
      return buffers.get();
    }

    @Override
    public int guess() {
      return slots * Transport.SLOT_BYTES;
    }

    @Override
    public void reset(ChannelConfig config) {
      readThisTurn = 0;
    }

    @Override
    public void incMessagesRead(int datagrams) {
      readNow += datagrams;
      readThisTurn += datagrams;
    }

    @Override
    public boolean continueReading() {
      return readNow >= slots && readThisTurn < MAX_DATAGRAMS_PER_TURN;
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier ignored) {
      return continueReading();
    }

    @Override
    public void lastBytesRead(int bytes) {
      lastBytes = bytes;
    }

    @Override
    public int lastBytesRead() {
      return lastBytes;
    }

    @Override
    public void attemptedBytesRead(int bytes) {
      attemptedBytes = bytes;
    }

    @Override
    public int attemptedBytesRead() {
      return attemptedBytes;
    }

    @Override
    public void readComplete() {}
  }
}

package dev.mptunnel.harness.micro;

import dev.mptunnel.crypto.SealedProtection;
import dev.mptunnel.crypto.TransportKeys;
import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.PacketProtection;
import dev.mptunnel.wire.PlainProtection;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Sealing and opening a DATA packet, in a buffer on the heap. */
@State(Scope.Thread)
public class PacketBenchmark {

  /** What the packet is protected by. */
  public enum Protection {
    AES_256,
    AES_128,
    PLAIN,
    BOUNCY_CASTLE;

    PacketProtection make(boolean isInitiator) {
      TransportKeys keys = new TransportKeys(new byte[32], new byte[32]);
      return switch (this) {
        case AES_256 -> new SealedProtection(keys, isInitiator, 256);
        case AES_128 -> new SealedProtection(keys, isInitiator, 128);
        case PLAIN -> new PlainProtection(1, 2);
        case BOUNCY_CASTLE -> new BouncyCastleProtection(new byte[32]);
      };
    }
  }

  @Param public Protection protection;

  /** How long its frames are. */
  @Param({"1400", "200"})
  public int bytes;

  private final ByteBuffer clear = ByteBuffer.allocate(2048);
  private final ByteBuffer arrived = ByteBuffer.allocate(2048);
  private final ByteBuffer room = ByteBuffer.allocate(2048);
  private PacketProtection sender;
  private PacketProtection receiver;
  private ByteBuffer sealed;
  private long counter;

  /** Makes both ends and one sealed packet. */
  @Setup
  public void start() {
    sender = protection.make(true);
    receiver = protection.make(false);
    sealed = ByteBuffer.allocate(2048).put(seal()).flip();
  }

  /** With the header, whose counter must differ each time. */
  @Benchmark
  public ByteBuffer seal() {
    clear.clear().limit(Header.LENGTH + bytes);
    Header.putData(clear, true, 1, 1, counter++);
    sender.seal(clear);
    return clear;
  }

  /** With a copy of the packet to open, which takes 20 ns or so. */
  @Benchmark
  public ByteBuffer open() {
    arrived.clear().put(0, sealed, 0, sealed.limit()).limit(sealed.limit());
    ByteBuffer opened = receiver.open(arrived, room);
    if (opened == null) {
      throw new IllegalStateException("an honest packet did not open");
    }
    return opened;
  }
}

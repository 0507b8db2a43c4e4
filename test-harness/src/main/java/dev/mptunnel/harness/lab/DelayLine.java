package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.locks.LockSupport;

/**
 * One direction of a wire: every packet that is read from one device is written to the other a
 * fixed time later, in order. It never drops: when its slots are used up it stops reading, and the
 * device's own queue fills.
 */
final class DelayLine {

  private static final int SLOTS = 4096;
  private static final int PACKET_BYTES = 2048;

  /** A packet's buffer, used again and again. */
  private static final class Slot {
    private final MemorySegment buffer;
    private int lengthBytes;
    private long dueNanos;

    private Slot(MemorySegment buffer) {
      this.buffer = buffer;
    }
  }

  private final TunDevice from;
  private final TunDevice to;
  private final long delayNanos;
  private final BlockingQueue<Slot> free = new ArrayBlockingQueue<>(SLOTS);
  private final BlockingQueue<Slot> inFlight = new ArrayBlockingQueue<>(SLOTS);

  DelayLine(TunDevice from, TunDevice to, long delayNanos) {
    this.from = from;
    this.to = to;
    this.delayNanos = delayNanos;
    for (int i = 0; i < SLOTS; i++) {
      free.add(new Slot(Arena.global().allocate(PACKET_BYTES)));
    }
  }

  /** Starts its two threads, which end with the process; an error of a device ends the process. */
  void start() {
    spawn("read", this::readForever);
    spawn("write", this::writeForever);
  }

  private interface Loop {
    void run(MemorySegment callState) throws IOException, InterruptedException;
  }

  private static void spawn(String name, Loop loop) {
    Thread.ofPlatform()
        .name(name)
        .daemon()
        .start(
            () -> {
              try (Arena arena = Arena.ofConfined()) {
                loop.run(TunDevice.newCallState(arena));
              } catch (IOException | InterruptedException e) {
                System.err.println("wire: " + e.getMessage());
                Runtime.getRuntime().halt(1);
              }
            });
  }

  private void readForever(MemorySegment callState) throws IOException, InterruptedException {
    while (true) {
      Slot slot = free.take();
      slot.lengthBytes = from.read(slot.buffer, callState);
      slot.dueNanos = System.nanoTime() + delayNanos;
      inFlight.put(slot);
    }
  }

  private void writeForever(MemorySegment callState) throws IOException, InterruptedException {
    while (true) {
      Slot slot = inFlight.take();
      for (long left; (left = slot.dueNanos - System.nanoTime()) > 0; ) {
        LockSupport.parkNanos(left);
      }
      to.write(slot.buffer, slot.lengthBytes, callState);
      free.put(slot);
    }
  }
}

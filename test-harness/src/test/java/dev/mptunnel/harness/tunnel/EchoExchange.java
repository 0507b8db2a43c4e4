package dev.mptunnel.harness.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.Seed;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * An application that sends bytes to an echo, ends, and compares what comes back until the end.
 * Each byte follows from the seed and its place.
 */
final class EchoExchange {

  private static final Duration LIMIT = Duration.ofSeconds(90);
  private static final int PIECE_BYTES = 16 << 10;

  private final long seed;
  private final Socket socket;
  private final long bytes;
  private Thread thread;
  private long durationNanos;
  private final AtomicLong received = new AtomicLong();
  private volatile Throwable failure;
  private long longestStallNanos;

  EchoExchange(long seed, Socket socket, long bytes) {
    this.seed = seed;
    this.socket = socket;
    this.bytes = bytes;
  }

  /** Takes so long to send. */
  EchoExchange paced(Duration duration) {
    durationNanos = duration.toNanos();
    return this;
  }

  void start() {
    thread = Thread.ofVirtual().start(this::run);
  }

  void run() {
    Thread sender = Thread.ofVirtual().start(this::send);
    byte[] got = new byte[PIECE_BYTES];
    byte[] expected = new byte[PIECE_BYTES];
    try (socket) {
      InputStream in = socket.getInputStream();
      long last = System.nanoTime();
      for (int count = 0; count >= 0; ) {
        int offset = (int) (received.get() % PIECE_BYTES);
        count = in.read(got, offset, PIECE_BYTES - offset);
        long now = System.nanoTime();
        longestStallNanos = Math.max(longestStallNanos, now - last);
        last = now;
        if (count > 0) {
          fill(expected, received.get() / PIECE_BYTES);
          int end = offset + count;
          if (!Arrays.equals(got, offset, end, expected, offset, end)) {
            throw new IOException("other bytes came after " + received.get());
          }
          received.addAndGet(count);
        }
      }
      sender.join();
    } catch (IOException | InterruptedException e) {
      failure = e;
    }
  }

  private void fill(byte[] piece, long number) {
    ByteBuffer buffer = ByteBuffer.wrap(piece);
    long word = seed + number * (PIECE_BYTES / Long.BYTES);
    while (buffer.hasRemaining()) {
      buffer.putLong(Seed.mix(word++));
    }
  }

  private void send() {
    try {
      byte[] piece = new byte[PIECE_BYTES];
      long start = System.nanoTime();
      for (long sent = 0; sent < bytes; sent += PIECE_BYTES) {
        fill(piece, sent / PIECE_BYTES);
        socket.getOutputStream().write(piece, 0, (int) Math.min(PIECE_BYTES, bytes - sent));
        double share = Math.min(1, (sent + PIECE_BYTES) / (double) bytes);
        long untilDue = start + (long) (durationNanos * share) - System.nanoTime();
        if (untilDue > 0) {
          TimeUnit.NANOSECONDS.sleep(untilDue);
        }
      }
      socket.shutdownOutput();
    } catch (IOException | InterruptedException e) {
      failure = e;
    }
  }

  long received() {
    return received.get();
  }

  long longestStallMillis() {
    return TimeUnit.NANOSECONDS.toMillis(longestStallNanos);
  }

  /** Waits for the end, and makes sure that all came back. */
  void check() throws IOException {
    try {
      assertTrue(thread == null || thread.join(LIMIT), "stuck at " + received);
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
    if (failure != null) {
      throw new AssertionError("failed at " + received + " of " + bytes, failure);
    }
    assertEquals(bytes, received.get());
  }
}

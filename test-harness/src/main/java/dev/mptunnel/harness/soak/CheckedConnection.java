package dev.mptunnel.harness.soak;

import dev.mptunnel.harness.Seed;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;

/**
 * A TCP connection to an echo: what comes back must be what was sent, byte for byte, and end where
 * that ended.
 */
final class CheckedConnection {

  /** So long nothing may come back of what was sent. */
  static final int STALL_SECONDS = 20;

  private static final int BUFFER_BYTES = 16 << 10;

  /** What is to be sent. */
  interface Source {

    /** How many bytes are next, {@link #MAX_BYTES} at most; when it returns; 0 at the end. */
    int next() throws IOException;
  }

  /** The most that is sent at once. */
  static final int MAX_BYTES = BUFFER_BYTES;

  private record Piece(long end, long sentNanos) {}

  private final Socket socket;
  private final long id;
  private final Source source;
  private final LongConsumer echoNanos;
  private final Queue<Piece> underWay = new ConcurrentLinkedQueue<>();
  private volatile long written;
  private volatile boolean ended;

  /** What happened first: the other direction then fails because of that. */
  private final AtomicReference<IOException> failure = new AtomicReference<>();

  private long read;

  /**
   * @param socket connected; closed in the end
   * @param id what its bytes follow from
   * @param echoNanos is told the time that each piece took there and back
   */
  CheckedConnection(Socket socket, long id, Source source, LongConsumer echoNanos) {
    this.socket = socket;
    this.id = id;
    this.source = source;
    this.echoNanos = echoNanos;
  }

  /**
   * Sends all, and returns when all has come back.
   *
   * @throws IOException when it did not, or not as it was
   */
  void run() throws IOException {
    Thread writer = Thread.ofVirtual().start(this::write);
    try {
      read();
    } catch (IOException e) {
      failure.compareAndSet(null, e);
    } finally {
      socket.close();
      join(writer);
    }
    IOException first = failure.get();
    if (first != null) {
      String reason =
          first instanceof SocketTimeoutException
              ? "nothing for " + STALL_SECONDS + " s"
              : first.getMessage();
      throw new IOException(reason + ", " + read + " of " + written + " bytes back", first);
    }
  }

  private static void join(Thread writer) throws IOException {
    try {
      writer.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  private void write() {
    byte[] buffer = new byte[BUFFER_BYTES];
    long end = 0;
    try {
      OutputStream out = socket.getOutputStream();
      for (int count = source.next(); count > 0; count = source.next()) {
        fill(buffer, end, count);
        end += count;
        written = end; // before the reader can have it
        underWay.add(new Piece(end, System.nanoTime()));
        out.write(buffer, 0, count);
      }
      ended = true;
      socket.shutdownOutput();
    } catch (IOException e) {
      failure.compareAndSet(null, e);
      closeQuietly(); // the reader must not wait for what nobody sends
    }
  }

  private void closeQuietly() {
    try {
      socket.close();
    } catch (IOException e) {
      failure.compareAndSet(null, e);
    }
  }

  private void read() throws IOException {
    socket.setSoTimeout((int) (STALL_SECONDS * 1_000L));
    InputStream in = socket.getInputStream();
    byte[] buffer = new byte[BUFFER_BYTES];
    byte[] expected = new byte[BUFFER_BYTES];
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      fill(expected, read, count);
      for (int i = 0; i < count; i++) {
        if (buffer[i] != expected[i]) {
          throw new IOException("byte " + (read + i) + " came back wrong");
        }
      }
      read += count;
      note();
    }
    if (!ended || read != written) {
      throw new IOException("ended too soon");
    }
  }

  private void note() {
    long now = System.nanoTime();
    for (Piece piece = underWay.peek();
        piece != null && piece.end <= read;
        piece = underWay.peek()) {
      underWay.remove();
      echoNanos.accept(now - piece.sentNanos);
    }
  }

  /** Bytes of the stream from an offset on. */
  private void fill(byte[] buffer, long offset, int count) {
    long word = 0;
    for (int i = 0; i < count; i++) {
      long at = offset + i;
      int inWord = (int) (at % Long.BYTES);
      if (i == 0 || inWord == 0) {
        word = Seed.mix(Seed.mix(id) + at / Long.BYTES);
      }
      buffer[i] = (byte) (word >>> (inWord * Byte.SIZE));
    }
  }
}

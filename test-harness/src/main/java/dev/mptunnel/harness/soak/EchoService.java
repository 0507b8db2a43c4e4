package dev.mptunnel.harness.soak;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** Sends back what comes over a TCP connection, and ends where that ends. */
final class EchoService implements AutoCloseable {

  private static final int BUFFER_BYTES = 16 << 10;

  private final ServerSocketChannel listener;

  private EchoService(ServerSocketChannel listener) {
    this.listener = listener;
  }

  /**
   * Starts to serve.
   *
   * @param listener bound; closed by {@link #close}
   */
  static EchoService start(ServerSocketChannel listener) {
    EchoService service = new EchoService(listener);
    Thread.ofVirtual().start(service::accept);
    return service;
  }

  private void accept() {
    while (listener.isOpen()) {
      try {
        SocketChannel connection = listener.accept();
        Thread.ofVirtual().start(() -> serve(connection));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  /** One that is reset ends without a word: who opened it knows whether it should have been. */
  private static void serve(SocketChannel connection) {
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    try (connection) {
      while (connection.read(buffer.clear()) >= 0) {
        buffer.flip();
        while (buffer.hasRemaining()) {
          connection.write(buffer);
        }
      }
    } catch (IOException e) {
      return;
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}

package dev.mptunnel.harness.tunnel;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** A TCP service that a test made: it does with each connection what it was told to do. */
final class TcpTarget implements AutoCloseable {

  /** Serves a connection; what it throws is counted, and the connection is closed. */
  interface Service {
    void serve(Socket connection, DataInputStream in, DataOutputStream out) throws IOException;
  }

  private final ServerSocket listener;
  private final Service service;
  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private final AtomicLong ended = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();

  TcpTarget(Service service) throws IOException {
    this.service = service;
    listener = new ServerSocket();
    listener.bind(new InetSocketAddress("127.0.0.1", 0), 4_096);
    Thread.ofVirtual().start(this::accept);
  }

  /** Sends back what comes, and ends when that ends. */
  static TcpTarget echo() throws IOException {
    return new TcpTarget(
        (_, in, out) -> {
          byte[] buffer = new byte[64 << 10];
          for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            out.write(buffer, 0, count);
          }
        });
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket connection = listener.accept();
        Thread.ofVirtual().start(() -> serve(connection));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void serve(Socket connection) {
    connections.add(connection);
    try (connection) {
      service.serve(
          connection,
          new DataInputStream(connection.getInputStream()),
          new DataOutputStream(connection.getOutputStream()));
      ended.incrementAndGet();
    } catch (IOException e) {
      failed.incrementAndGet();
    } finally {
      connections.remove(connection);
    }
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listener.getLocalSocketAddress();
  }

  /** Connections now. */
  int connections() {
    return connections.size();
  }

  /** Connections that ended in order. */
  long ended() {
    return ended.get();
  }

  /** Those that were reset. */
  long failed() {
    return failed.get();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket connection : connections) {
      connection.close();
    }
  }
}

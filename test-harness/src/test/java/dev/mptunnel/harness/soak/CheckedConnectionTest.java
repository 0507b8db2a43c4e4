package dev.mptunnel.harness.soak;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Whatever an echo does to a connection's bytes is noticed. */
class CheckedConnectionTest {

  private static final int BYTES = 50_001;

  private interface Misdeed {
    /** What goes back of the first bytes that came. */
    void commit(Socket connection, byte[] first) throws IOException;
  }

  private static CheckedConnection.Source fiftyThousandBytes() {
    AtomicInteger left = new AtomicInteger(BYTES);
    return () -> {
      int next = Math.min(left.get(), 7_001);
      left.addAndGet(-next);
      return next;
    };
  }

  private static String failure(Misdeed misdeed) throws IOException {
    try (ServerSocket listener = new ServerSocket()) {
      listener.bind(DatagramLoad.LOOPBACK);
      Thread.ofVirtual()
          .start(
              () -> {
                try (Socket connection = listener.accept()) {
                  byte[] first = connection.getInputStream().readNBytes(1_000);
                  misdeed.commit(connection, first);
                } catch (IOException e) {
                  return; // the other end has noticed
                }
              });
      Socket socket = new Socket();
      socket.connect(listener.getLocalSocketAddress());
      CheckedConnection connection =
          new CheckedConnection(socket, 7, fiftyThousandBytes(), _ -> {});
      return assertThrows(IOException.class, connection::run).getMessage();
    }
  }

  @Test
  void allComesBack() throws IOException {
    ServerSocketChannel listener = ServerSocketChannel.open().bind(DatagramLoad.LOOPBACK);
    try (EchoService _ = EchoService.start(listener)) {
      AtomicInteger pieces = new AtomicInteger();
      Socket socket = new Socket();
      socket.connect((InetSocketAddress) listener.getLocalAddress());
      new CheckedConnection(socket, 7, fiftyThousandBytes(), _ -> pieces.incrementAndGet()).run();
      assertEquals((BYTES + 7_000) / 7_001, pieces.get(), "each piece came back");
      assertTrue(socket.isClosed());
    }
  }

  @Test
  void aWrongByteIsNoticed() throws IOException {
    String failure =
        failure(
            (connection, first) -> {
              first[17] ^= 1;
              connection.getOutputStream().write(first);
              connection.getInputStream().transferTo(connection.getOutputStream());
            });
    assertTrue(failure.startsWith("byte 17 came back wrong"), failure);
  }

  @Test
  void bytesInAnotherOrderAreNoticed() throws IOException {
    String failure =
        failure(
            (connection, first) -> {
              connection.getOutputStream().write(first, 8, 8);
              connection.getOutputStream().write(first, 0, 8);
              connection.getInputStream().readAllBytes(); // or its close would be a reset
            });
    assertTrue(failure.startsWith("byte 0 came back wrong"), failure);
  }

  @Test
  void anEndTooSoonIsNoticed() throws IOException {
    String failure =
        failure(
            (connection, first) -> {
              connection.getOutputStream().write(first);
              connection.shutdownOutput();
              connection.getInputStream().readAllBytes();
            });
    assertTrue(failure.startsWith("ended too soon, 1000 of"), failure);
  }

  @Test
  void aResetIsNoticed() throws IOException {
    String failure = failure((connection, _) -> connection.setSoLinger(true, 0));
    assertTrue(failure.contains("reset") || failure.contains("pipe"), failure);
  }
}

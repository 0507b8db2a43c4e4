package dev.mptunnel.harness.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.Await;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * TCP connections that last: whatever is said on one comes back from the target, and is compared.
 */
final class Echoes implements AutoCloseable {

  private static final int CHUNK_BYTES = 2_000;
  private static final int PAUSE_MILLIS = 5;
  private static final int PATIENCE_MILLIS = 60_000;

  private final ServerSocket target = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"));
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final List<String> broken = new CopyOnWriteArrayList<>();
  private final List<AtomicLong> rounds = new ArrayList<>();
  private volatile boolean stopped;

  Echoes() throws IOException {
    Thread.ofVirtual().start(this::accept);
  }

  /** Where connections have to lead. */
  int targetPort() {
    return target.getLocalPort();
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = target.accept();
        sockets.add(socket);
        Thread.ofVirtual().start(() -> echo(socket));
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  private void echo(Socket socket) {
    try (socket) {
      socket.getInputStream().transferTo(socket.getOutputStream());
    } catch (IOException e) {
      if (!stopped) {
        broken.add("at the target: " + e.getMessage());
      }
    }
  }

  /** Opens a connection by the tunnel, which is in use from now on. */
  void open(InetSocketAddress entry, long seed) throws IOException {
    Socket socket = new Socket(entry.getAddress(), entry.getPort());
    socket.setSoTimeout(PATIENCE_MILLIS);
    sockets.add(socket);
    AtomicLong its = new AtomicLong();
    rounds.add(its);
    Thread.ofVirtual().start(() -> speak(socket, new Random(seed), its));
  }

  private void speak(Socket socket, Random random, AtomicLong its) {
    byte[] said = new byte[CHUNK_BYTES];
    byte[] heard = new byte[CHUNK_BYTES];
    try {
      DataInputStream in = new DataInputStream(socket.getInputStream());
      while (!stopped) {
        random.nextBytes(said);
        socket.getOutputStream().write(said);
        in.readFully(heard);
        if (!Arrays.equals(said, heard)) {
          broken.add("other bytes came back");
          return;
        }
        its.incrementAndGet();
        TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
      }
    } catch (IOException e) {
      if (!stopped) {
        broken.add("at the application: " + e);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until each connection has brought something more. */
  void awaitMore() {
    List<Long> before = rounds.stream().map(AtomicLong::get).toList();
    Await.until(
        "each connection to bring something",
        Duration.ofMillis(PATIENCE_MILLIS),
        () -> {
          assertNoneBroken();
          for (int i = 0; i < before.size(); i++) {
            if (rounds.get(i).get() <= before.get(i)) {
              return false;
            }
          }
          return true;
        });
  }

  void assertNoneBroken() {
    assertEquals(List.of(), broken);
  }

  /** How often something came back, over all connections. */
  long rounds() {
    long all = rounds.stream().mapToLong(AtomicLong::get).sum();
    assertTrue(all > 0, "nothing came back");
    return all;
  }

  @Override
  public void close() {
    stopped = true;
    try {
      target.close();
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}

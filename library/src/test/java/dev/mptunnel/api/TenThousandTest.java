package dev.mptunnel.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Ten thousand connections at once, of three clients, each with a virtual thread at either end. */
@Tag("full")
@Timeout(600)
class TenThousandTest {

  private static final int CONNECTIONS = 10_000;
  private static final int CLIENTS = 3;
  private static final int ECHO_BYTES = 64 << 10;

  /** What is set aside for each, twice as much, and as much again for the windows to grow in. */
  private static final long MEMORY = 1L << 30;

  private final byte[] sent = new byte[ECHO_BYTES];
  private final CountDownLatch allOpen = new CountDownLatch(CONNECTIONS);
  private final CountDownLatch go = new CountDownLatch(1);

  @Test
  void echo64KiBEach() throws Exception {
    new Random(10_000).nextBytes(sent);
    ServerOptions ofServer = ServerOptions.defaults().withMemory(MEMORY).withBacklog(CONNECTIONS);
    ClientOptions ofClients = ClientOptions.defaults().withMemory(MEMORY);
    long before = usedBytes();
    int threads = Thread.activeCount();
    List<StripeClient> clients = new ArrayList<>();
    try (StripeServer server = StripeServer.bind(LocalPair.LOOPBACK, ofServer);
        ExecutorService all = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(StripeClient.connect(server.localAddress(), 2, ofClients));
      }
      long start = System.nanoTime();
      Future<?> acceptor = all.submit(() -> serve(server, all));
      List<Future<byte[]>> echoes = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        StripeClient client = clients.get(i % CLIENTS);
        echoes.add(all.submit(() -> roundTrip(client)));
      }
      assertTrue(allOpen.await(120, TimeUnit.SECONDS), "not all were opened");
      acceptor.get(120, TimeUnit.SECONDS);
      long opened = System.nanoTime();
      long held = usedBytes() - before;
      assertTrue(
          Thread.activeCount() - threads <= 2 * (CLIENTS + 1) + 2, "no thread for a connection");
      go.countDown();
      for (Future<byte[]> echo : echoes) {
        assertArrayEquals(sent, echo.get(300, TimeUnit.SECONDS));
      }
      long done = System.nanoTime();
      for (StripeClient client : clients) {
        Conditions.await("no connection of a client", () -> client.connections() == 0);
      }
      Conditions.await("no connection of the server", () -> server.connections() == 0);
      System.out.printf(
          "%d connections: opened in %d ms; both ends of an idle one hold %d bytes, its two virtual"
              + " threads included; %d KiB each there and back in %d ms, %d MB/s%n",
          CONNECTIONS,
          TimeUnit.NANOSECONDS.toMillis(opened - start),
          held / CONNECTIONS,
          ECHO_BYTES >> 10,
          TimeUnit.NANOSECONDS.toMillis(done - opened),
          2L * CONNECTIONS * ECHO_BYTES * 1_000 / (done - opened));
    } finally {
      clients.forEach(StripeClient::close);
    }
  }

  private static Void serve(StripeServer server, ExecutorService all) throws IOException {
    for (int i = 0; i < CONNECTIONS; i++) {
      Connection connection = server.accept(LocalPair.SOON);
      all.submit(
          () -> {
            try (connection) {
              return connection.inputStream().transferTo(connection.outputStream());
            }
          });
    }
    return null;
  }

  private byte[] roundTrip(StripeClient client) throws Exception {
    try (Connection connection = client.openConnection()) {
      allOpen.countDown();
      go.await();
      Thread writer =
          Thread.startVirtualThread(
              () -> {
                try {
                  connection.outputStream().write(sent);
                  connection.shutdownOutput();
                } catch (IOException e) {
                  connection.abort();
                }
              });
      byte[] echo = connection.inputStream().readAllBytes();
      writer.join();
      return echo;
    }
  }

  private static long usedBytes() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}

package dev.mptunnel.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections that end in every way there is, all at once: nothing of them is left. */
@Timeout(120)
class LeakTest {

  private static final int WAYS = 6;

  @Test
  void nothingIsLeftOfHundreds() throws Exception {
    endInAllWays(300);
  }

  @Test
  @Tag("full")
  void nothingIsLeftOfThousands() throws Exception {
    endInAllWays(8_000);
  }

  private static void endInAllWays(int count) throws Exception {
    long seed = System.nanoTime();
    System.out.println("  seed " + seed);
    Random random = new Random(seed);
    try (LocalPair pair =
            new LocalPair(
                ServerOptions.defaults().withMemory(512 << 20).withBacklog(count),
                ClientOptions.defaults().withMemory(512 << 20));
        ExecutorService all = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> server = all.submit(() -> serve(pair.server, all));
      List<Connection> connections = new ArrayList<>();
      List<Future<?>> users = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        Connection connection = pair.client.openConnection();
        connections.add(connection);
        connection.setReadTimeout(Duration.ofMillis(1 + random.nextInt(50)));
        users.add(all.submit(() -> use(connection)));
        if (i >= 1_000) {
          end(random, connections.get(i - 1_000), users.get(i - 1_000));
        }
      }
      for (int i = Math.max(0, count - 1_000); i < count; i++) {
        end(random, connections.get(i), users.get(i));
      }
      connections.forEach(Connection::close);
      pair.awaitNone();
      server.cancel(true);
    }
  }

  private static void end(Random random, Connection connection, Future<?> user) throws IOException {
    switch (random.nextInt(WAYS)) {
      case 0 -> user.cancel(true);
      case 1 -> connection.close();
      case 2 -> connection.abort();
      case 3 -> connection.setReadTimeout(Duration.ofNanos(1));
      case 4 -> {
        try {
          connection.shutdownOutput();
        } catch (IOException e) {
          // It has ended otherwise.
        }
      }
      default -> {
        // Its reader ends it when nothing comes in time.
      }
    }
  }

  /** Writes more than is read, and reads until it may not any more. */
  private static Void use(Connection connection) throws IOException {
    Thread writer =
        Thread.startVirtualThread(
            () -> {
              try {
                connection.outputStream().write(new byte[100_000]);
              } catch (IOException e) {
                connection.close();
              }
            });
    try (connection) {
      connection.inputStream().transferTo(OutputStream.nullOutputStream());
    } finally {
      writer.interrupt();
    }
    return null;
  }

  /** Echoes on half of them, and reads nothing of the others for a while. */
  private static Void serve(StripeServer server, ExecutorService all) throws IOException {
    for (int i = 0; ; i++) {
      Connection connection = server.accept();
      boolean echoes = i % 2 == 0;
      all.submit(
          () -> {
            try (connection;
                InputStream in = connection.inputStream()) {
              if (!echoes) {
                TimeUnit.MILLISECONDS.sleep(20);
              }
              return in.transferTo(connection.outputStream());
            }
          });
    }
  }
}

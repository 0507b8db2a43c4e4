package dev.mptunnel.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections between a client and a server of one process: all as sockets have it. */
@Timeout(60)
class ConnectionTest {

  private static final int MANY = 200;
  private static LocalPair pair;

  @BeforeAll
  static void start() throws IOException {
    pair =
        new LocalPair(
            ServerOptions.defaults().withTargets(Set.of("news")), ClientOptions.defaults());
  }

  @AfterAll
  static void end() {
    pair.close();
  }

  /** No test leaves anything. */
  @AfterEach
  void nothingIsLeft() throws InterruptedException {
    pair.awaitNone();
  }

  private static ByteBuffer text(String text) {
    return StandardCharsets.UTF_8.encode(text);
  }

  private static String line(Connection from, int bytes) throws IOException {
    byte[] read = from.inputStream().readNBytes(bytes);
    return new String(read, StandardCharsets.UTF_8);
  }

  @Test
  void bytesGoBothWaysAndEachWayEndsByItself() throws IOException {
    LocalPair.Both both = pair.open();
    try (Connection ours = both.ours();
        Connection theirs = both.theirs()) {
      assertEquals(5, ours.write(text("hello")));
      assertEquals("hello", line(theirs, 5));
      ours.shutdownOutput();
      assertThrows(ClosedChannelException.class, () -> ours.write(text("more")));
      assertEquals(-1, theirs.read(ByteBuffer.allocate(10)));
      theirs.write(text("good bye"));
      assertEquals("good bye", line(ours, 8));
      theirs.shutdownOutput();
      assertEquals(-1, ours.inputStream().read());
      assertEquals(5, ours.statistics().writtenBytes());
      assertEquals(8, ours.statistics().readBytes());
    }
    assertFalse(both.ours().isOpen());
  }

  @Test
  void whatIsWrittenBeforeAnOrderlyCloseArrives() throws Exception {
    LocalPair.Both both = pair.open();
    byte[] all = new byte[300_000];
    new Random(8).nextBytes(all);
    Future<byte[]> read;
    try (ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
      read = readers.submit(() -> both.theirs().inputStream().readAllBytes());
      both.ours().outputStream().write(all);
      both.ours().close();
    }
    assertArrayEquals(all, read.get());
    both.theirs().close();
  }

  @Test
  void whoAbortsIsNotTakenForWhole() throws Exception {
    LocalPair.Both both = pair.open();
    both.ours().write(text("half of i"));
    assertEquals("half", line(both.theirs(), 4));
    Blocked reader = new Blocked(() -> both.theirs().inputStream().readAllBytes());
    both.ours().abort();
    assertInstanceOf(SocketException.class, reader.thrown());
    assertThrows(SocketException.class, () -> both.theirs().write(text("x")));
    assertTrue(both.theirs().isOpen(), "its own end is closed by its owner");
    both.theirs().close();
  }

  @Test
  void toCloseWithoutHavingReadAllIsAReset() throws Exception {
    LocalPair.Both both = pair.open();
    both.theirs().write(text("unwanted"));
    assertEquals("un", line(both.ours(), 2));
    both.ours().close();
    assertThrows(SocketException.class, () -> both.theirs().inputStream().readAllBytes());
    both.theirs().close();
  }

  @Test
  void aReaderWaitsAsLongAsItIsTold() throws IOException {
    LocalPair.Both both = pair.open();
    both.ours().setReadTimeout(Duration.ofMillis(30));
    long start = System.nanoTime();
    assertThrows(SocketTimeoutException.class, () -> both.ours().read(ByteBuffer.allocate(1)));
    assertTrue(System.nanoTime() - start >= TimeUnit.MILLISECONDS.toNanos(30));
    both.theirs().write(text("late"));
    both.ours().setReadTimeout(Duration.ZERO);
    assertEquals("late", line(both.ours(), 4), "the connection is as it was");
    both.ours().close();
    both.theirs().close();
  }

  @Test
  void anInterruptClosesAndThePeerSeesAReset() throws Exception {
    LocalPair.Both both = pair.open();
    Blocked reader = new Blocked(() -> both.ours().read(ByteBuffer.allocate(1)));
    assertInstanceOf(ClosedByInterruptException.class, reader.interrupt().thrown());
    reader.assertInterruptKept();
    assertFalse(both.ours().isOpen());
    assertThrows(ClosedChannelException.class, () -> both.ours().write(text("x")));
    assertThrows(SocketException.class, () -> both.theirs().read(ByteBuffer.allocate(1)));
    both.theirs().close();
  }

  @Test
  void anInterruptThatCameBeforeClosesToo() throws Exception {
    LocalPair.Both both = pair.open();
    Thread.currentThread().interrupt();
    assertThrows(ClosedByInterruptException.class, () -> both.ours().write(text("x")));
    assertTrue(Thread.interrupted());
    both.theirs().close();
  }

  @Test
  void toCloseWakesReadersAndWriters() throws Exception {
    LocalPair.Both both = pair.open();
    Blocked reader = new Blocked(() -> both.ours().read(ByteBuffer.allocate(1)));
    Blocked writer = new Blocked(() -> writeForEver(both.ours()));
    both.ours().close();
    assertInstanceOf(AsynchronousCloseException.class, reader.thrown());
    assertInstanceOf(AsynchronousCloseException.class, writer.thrown());
    assertThrows(
        SocketException.class,
        () -> both.theirs().inputStream().readAllBytes(),
        "what a writer was in the middle of is not whole");
    both.theirs().close();
  }

  private static void writeForEver(Connection to) throws IOException {
    while (true) {
      to.write(ByteBuffer.allocate(10_000));
    }
  }

  /** The reader's end reads nothing: its writer stops, and what it holds is bounded. */
  @Test
  void aWriterWaitsForItsReader() throws Exception {
    LocalPair.Both both = pair.open();
    Blocked writer = new Blocked(() -> writeForEver(both.ours()));
    long written = both.ours().statistics().writtenBytes();
    assertTrue(written <= 512 << 10, written + " bytes that nobody reads");
    LocalPair.Both other = pair.open();
    other.ours().write(text("others go on"));
    assertEquals("others go on", line(other.theirs(), 12));
    other.ours().close();
    other.theirs().close();
    ByteBuffer much = ByteBuffer.allocate(1 << 20);
    while (much.hasRemaining()) {
      both.theirs().read(much);
    }
    both.theirs().close();
    assertInstanceOf(SocketException.class, writer.thrown());
    both.ours().close();
  }

  @Test
  void whatTheServerDoesNotOfferIsRefused() throws IOException {
    try (Connection named = pair.client.openConnection("news");
        Connection theirs = pair.server.accept(LocalPair.SOON)) {
      assertEquals("news", theirs.target());
      theirs.shutdownOutput();
      assertEquals(-1, named.read(ByteBuffer.allocate(1)));
      named.shutdownOutput();
    }
    try (Connection unknown = pair.client.openConnection("olds")) {
      assertThrows(ConnectException.class, () -> unknown.read(ByteBuffer.allocate(1)));
    }
    assertThrows(ConnectException.class, () -> pair.client.openConnection("127.0.0.1:1"));
    assertThrows(IllegalArgumentException.class, () -> pair.client.openConnection("No Name"));
    assertThrows(IllegalArgumentException.class, () -> pair.client.openConnection("host:99999"));
  }

  @Test
  void whoIsThereIsTold() throws IOException {
    LocalPair.Both both = pair.open();
    assertEquals("", both.theirs().peer().name());
    assertEquals(both.ours().peer().session(), both.theirs().peer().session());
    assertEquals(List.of(pair.server.localAddress()), both.ours().peer().addresses());
    assertTrue(both.theirs().peer().addresses().size() >= 1);
    Statistics figures = pair.client.statistics();
    assertEquals(both.ours().peer().session(), figures.session());
    assertTrue(figures.connections() >= 1);
    assertEquals(1, figures.paths().size());
    assertEquals(1, pair.server.statistics().size());
    both.ours().close();
    both.theirs().close();
  }

  @Test
  void manyEchoOnVirtualThreads() throws Exception {
    Random random = new Random(MANY);
    byte[] sent = new byte[20_000];
    random.nextBytes(sent);
    int threads = Thread.activeCount();
    try (ExecutorService all = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<byte[]>> echoes = new ArrayList<>();
      Future<?> acceptor = all.submit(() -> echo(all));
      for (int i = 0; i < MANY; i++) {
        echoes.add(all.submit(() -> roundTrip(sent)));
      }
      for (Future<byte[]> echo : echoes) {
        assertArrayEquals(sent, echo.get(50, TimeUnit.SECONDS));
      }
      acceptor.get(50, TimeUnit.SECONDS);
    }
    assertTrue(Thread.activeCount() <= threads + 1, "no thread for a connection");
  }

  private static Void echo(ExecutorService all) throws IOException {
    for (int i = 0; i < MANY; i++) {
      Connection connection = pair.server.accept(LocalPair.SOON);
      all.submit(
          () -> {
            try (connection;
                InputStream in = connection.inputStream()) {
              in.transferTo(connection.outputStream());
            }
            return null;
          });
    }
    return null;
  }

  private static byte[] roundTrip(byte[] sent) throws IOException {
    try (Connection connection = pair.client.openConnection()) {
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
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }
}

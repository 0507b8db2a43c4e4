package dev.mptunnel.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How servers and clients begin, find each other, and end. */
@Timeout(60)
class EndsTest {

  private static final String SECRET = "a password that is long enough";

  @Test
  void aSecretInAFileIsAsGoodAsOneInTheProgram(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("secret");
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, SECRET + "\n");
    try (LocalPair pair =
        new LocalPair(
            ServerOptions.defaults().withSecretFile(file),
            ClientOptions.defaults().withSecret(SECRET))) {
      LocalPair.Both both = pair.open();
      both.ours().write(ByteBuffer.wrap(new byte[] {1}));
      assertEquals(1, both.theirs().inputStream().read());
    }
  }

  @Test
  void withoutEncryptionBothEndsMustHaveItSo() throws IOException {
    try (LocalPair pair =
        new LocalPair(
            ServerOptions.defaults().withoutEncryption(),
            ClientOptions.defaults().withoutEncryption())) {
      pair.open();
      ClientOptions sealed = ClientOptions.defaults().withConnectTimeout(Duration.ofMillis(300));
      assertThrows(
          IOException.class, () -> StripeClient.connect(pair.server.localAddress(), 1, sealed));
    }
  }

  @Test
  void badSecretsAreRefusedAndNotShown() {
    IllegalArgumentException told =
        assertThrows(
            IllegalArgumentException.class,
            () -> ClientOptions.defaults().withSecret("mps1-abcde"));
    assertFalse(told.getMessage().contains("abcde"));
    assertThrows(
        IOException.class,
        () ->
            StripeServer.bind(
                LocalPair.LOOPBACK, ServerOptions.defaults().withSecretFile(Path.of("none"))));
  }

  @Test
  void whereNobodyAnswersConnectGivesUpInTime() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 1, LocalPair.LOOPBACK.getAddress())) {
      InetSocketAddress there =
          new InetSocketAddress(LocalPair.LOOPBACK.getAddress(), silent.getLocalPort());
      ClientOptions hasty = ClientOptions.defaults().withConnectTimeout(Duration.ofMillis(100));
      assertThrows(SocketTimeoutException.class, () -> StripeClient.connect(there, 1, hasty));
    }
  }

  @Test
  void toBeInterruptedEndsConnectAndAcceptAndClosesNobody() throws Exception {
    try (LocalPair pair = new LocalPair()) {
      Blocked acceptor = new Blocked(pair.server::accept);
      assertInstanceOf(InterruptedIOException.class, acceptor.interrupt().thrown());
      acceptor.assertInterruptKept();
      Blocked client =
          new Blocked(
              () -> {
                try (ServerSocket silent =
                    new ServerSocket(0, 1, LocalPair.LOOPBACK.getAddress())) {
                  StripeClient.connect(
                      new InetSocketAddress(LocalPair.LOOPBACK.getAddress(), silent.getLocalPort()),
                      1);
                }
              });
      assertInstanceOf(InterruptedIOException.class, client.interrupt().thrown());
      assertThrows(SocketTimeoutException.class, () -> pair.server.accept(Duration.ofMillis(10)));
      pair.open();
    }
  }

  @Test
  void toCloseAServerWakesWhoWaitsAndResetsWhatIsOpen() throws Exception {
    try (LocalPair pair = new LocalPair()) {
      LocalPair.Both both = pair.open();
      Blocked acceptor = new Blocked(pair.server::accept);
      Blocked socketAcceptor = new Blocked(pair.server::acceptSocket);
      Blocked reader = new Blocked(() -> both.theirs().inputStream().read());
      pair.server.close();
      assertInstanceOf(AsynchronousCloseException.class, acceptor.thrown());
      assertInstanceOf(AsynchronousCloseException.class, socketAcceptor.thrown());
      assertInstanceOf(SocketException.class, reader.thrown());
      assertThrows(ClosedChannelException.class, pair.server::accept);
      assertThrows(ClosedChannelException.class, pair.server::statistics);
      pair.server.close();
    }
  }

  /** As try-with-resources does it. */
  @Test
  void whatWasWrittenArrivesThoughTheClientClosesBehindIt() throws Exception {
    byte[] all = new byte[200_000];
    new Random(9).nextBytes(all);
    try (StripeServer server = StripeServer.bind(LocalPair.LOOPBACK)) {
      Thread client =
          Thread.startVirtualThread(
              () -> {
                try (StripeClient ours = StripeClient.connect(server.localAddress(), 2);
                    Connection connection = ours.openConnection()) {
                  connection.write(ByteBuffer.wrap(all));
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              });
      try (Connection connection = server.accept(LocalPair.SOON)) {
        assertArrayEquals(all, connection.inputStream().readAllBytes());
      }
      client.join();
    }
  }

  @Test
  void clientsAreToldApart() throws IOException {
    try (LocalPair pair = new LocalPair();
        StripeClient other = StripeClient.connect(pair.server.localAddress(), 1)) {
      Connection first = pair.open().theirs();
      other.openConnection();
      Connection second = pair.server.accept(LocalPair.SOON);
      assertNotEquals(first.peer().session(), second.peer().session());
      assertEquals(2, pair.server.statistics().size());
    }
  }

  @Test
  void moreThanTheBacklogIsRefused() throws Exception {
    try (LocalPair pair =
        new LocalPair(ServerOptions.defaults().withBacklog(1), ClientOptions.defaults())) {
      Connection first = pair.client.openConnection();
      first.write(ByteBuffer.allocate(1));
      Conditions.await("the first waits", () -> pair.server.connections() == 1);
      Connection second = pair.client.openConnection();
      assertThrows(IOException.class, () -> second.inputStream().read());
      first.abort();
      Conditions.await("it waits no more", () -> pair.server.connections() == 0);
      pair.open();
    }
  }

  @Test
  void withoutASecretTheServerIsNobodysProxy() {
    for (ServerOptions options :
        List.of(ServerOptions.defaults(), ServerOptions.defaults().withoutEncryption())) {
      IOException refused =
          assertThrows(
              IOException.class,
              () -> StripeServer.bind(LocalPair.LOOPBACK, options.withAllowed("*")).close());
      assertTrue(refused.getMessage().contains("withSecret"), refused.getMessage());
    }
  }

  @Test
  void theServerReachesWhatItMay() throws Exception {
    try (ServerSocket elsewhere = new ServerSocket(0, 1, LocalPair.LOOPBACK.getAddress());
        LocalPair pair =
            new LocalPair(
                ServerOptions.defaults()
                    .withSecret(SECRET)
                    .withAllowed("127.0.0.1:" + elsewhere.getLocalPort()),
                ClientOptions.defaults().withSecret(SECRET))) {
      String place = "127.0.0.1:" + elsewhere.getLocalPort();
      try (Connection ours = pair.client.openConnection(place);
          var theirs = elsewhere.accept()) {
        ours.write(ByteBuffer.wrap(new byte[] {7}));
        assertEquals(7, theirs.getInputStream().read());
        assertEquals(place, ours.target());
      }
    }
    assertThrows(IllegalArgumentException.class, () -> ServerOptions.defaults().withAllowed("[::"));
  }

  @Test
  void nothingIsLeftOfAnEndThatWasClosed() throws Exception {
    try (LocalPair pair = new LocalPair()) {
      pair.open();
      pair.client.openSocket().send(new byte[] {1});
    }
    Conditions.await(
        "no thread of ours",
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("mp")));
    assertTrue(Thread.activeCount() > 0);
  }
}

package dev.mptunnel.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Datagrams between a client and a server of one process. */
@Timeout(60)
class MultipathSocketTest {

  private LocalPair pair;

  @BeforeEach
  void start() throws IOException {
    pair = new LocalPair();
  }

  @AfterEach
  void end() {
    pair.close();
  }

  @Test
  void datagramsGoBothWaysAndKeepTheirBounds() throws IOException {
    try (MultipathSocket ours = pair.client.openSocket()) {
      ours.send(new byte[] {1, 2, 3});
      ours.send(new byte[0]);
      byte[] longest = new byte[MultipathSocket.MAX_DATAGRAM_BYTES];
      new Random(3).nextBytes(longest);
      ours.send(longest);
      try (MultipathSocket theirs = pair.server.acceptSocket(LocalPair.SOON)) {
        theirs.setReceiveTimeout(LocalPair.SOON);
        assertArrayEquals(new byte[] {1, 2, 3}, theirs.receive());
        assertArrayEquals(new byte[0], theirs.receive());
        assertArrayEquals(longest, theirs.receive());
        assertEquals(ours.peer().session(), theirs.peer().session());
        theirs.send(new byte[] {4, 5, 6, 7});
        ByteBuffer small = ByteBuffer.allocate(3);
        ours.setReceiveTimeout(LocalPair.SOON);
        assertEquals(4, ours.receive(small));
        assertArrayEquals(new byte[] {4, 5, 6}, small.array());
      }
    }
    assertThrows(
        IllegalArgumentException.class,
        () -> pair.client.openSocket().send(new byte[MultipathSocket.MAX_DATAGRAM_BYTES + 1]));
  }

  @Test
  void eachSocketIsOneAtTheServerToo() throws IOException {
    MultipathSocket one = pair.client.openSocket();
    MultipathSocket two = pair.client.openSocket();
    one.send(new byte[] {1});
    MultipathSocket first = pair.server.acceptSocket(LocalPair.SOON);
    two.send(new byte[] {2});
    MultipathSocket second = pair.server.acceptSocket(LocalPair.SOON);
    assertArrayEquals(new byte[] {1}, first.receive());
    assertArrayEquals(new byte[] {2}, second.receive());
    second.send(new byte[] {22});
    first.send(new byte[] {11});
    assertArrayEquals(new byte[] {11}, one.receive());
    assertArrayEquals(new byte[] {22}, two.receive());
  }

  @Test
  void whatWasSentGoesOutThoughTheSocketIsClosed() throws IOException {
    for (byte i = 0; i < 100; i++) {
      try (MultipathSocket ours = pair.client.openSocket()) {
        ours.send(new byte[] {i});
      }
      assertArrayEquals(new byte[] {i}, pair.server.acceptSocket(LocalPair.SOON).receive());
    }
  }

  @Test
  void aServersSocketThatWasClosedIsANewOneWhenMoreComes() throws IOException {
    MultipathSocket ours = pair.client.openSocket();
    for (byte i = 0; i < 3; i++) {
      MultipathSocket theirs = sendUntilAccepted(ours, i);
      assertArrayEquals(new byte[] {i}, theirs.receive());
      theirs.close();
    }
  }

  /** What comes while the one before is being closed is lost. */
  private MultipathSocket sendUntilAccepted(MultipathSocket ours, byte what) throws IOException {
    for (int tries = 0; ; tries++) {
      ours.send(new byte[] {what});
      try {
        return pair.server.acceptSocket(Duration.ofMillis(200));
      } catch (SocketTimeoutException e) {
        assertTrue(tries < 20, "it is never a new one");
      }
    }
  }

  @Test
  void moreThanTheBacklogIsDroppedAndMayTryAgain() throws Exception {
    try (LocalPair few =
        new LocalPair(ServerOptions.defaults().withBacklog(1), ClientOptions.defaults())) {
      MultipathSocket first = few.client.openSocket();
      MultipathSocket second = few.client.openSocket();
      first.send(new byte[] {1});
      second.send(new byte[] {2});
      second.send(new byte[] {3});
      assertArrayEquals(new byte[] {1}, few.server.acceptSocket(LocalPair.SOON).receive());
      second.setReceiveTimeout(LocalPair.SOON);
      byte[] answer = {4};
      Thread server =
          Thread.startVirtualThread(
              () -> {
                try (MultipathSocket its = few.server.acceptSocket(LocalPair.SOON)) {
                  its.send(answer);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      second.send(new byte[] {5});
      assertArrayEquals(answer, second.receive());
      server.join();
    }
  }

  @Test
  void whatNobodyHasAcceptedTakesLittle() throws IOException {
    MultipathSocket other = pair.client.openSocket();
    other.send(new byte[] {8});
    MultipathSocket its = pair.server.acceptSocket(LocalPair.SOON);
    assertArrayEquals(new byte[] {8}, its.receive());
    MultipathSocket ours = pair.client.openSocket();
    byte[] large = new byte[30_000];
    for (byte i = 0; i < 4; i++) {
      large[0] = i;
      ours.send(large);
    }
    other.send(new byte[] {9}); // behind them
    assertArrayEquals(new byte[] {9}, its.receive());
    MultipathSocket theirs = pair.server.acceptSocket(LocalPair.SOON);
    assertEquals(2, theirs.dropped());
    assertEquals(2, theirs.receive()[0]);
  }

  @Test
  void whoWaitsIsWokenByTimeAndCloseAndInterrupt() throws Exception {
    MultipathSocket timed = pair.client.openSocket();
    timed.setReceiveTimeout(Duration.ofMillis(20));
    assertThrows(SocketTimeoutException.class, timed::receive);
    timed.setReceiveTimeout(Duration.ZERO);
    Blocked receiver = new Blocked(timed::receive);
    timed.close();
    assertInstanceOf(AsynchronousCloseException.class, receiver.thrown());
    assertThrows(ClosedChannelException.class, () -> timed.send(new byte[1]));
    MultipathSocket interrupted = pair.client.openSocket();
    Blocked other = new Blocked(interrupted::receive);
    assertInstanceOf(ClosedByInterruptException.class, other.interrupt().thrown());
    other.assertInterruptKept();
    assertTrue(!interrupted.isOpen());
  }

  @Test
  void aServersSocketIsOverWhenItsClientIs() throws Exception {
    MultipathSocket ours = pair.client.openSocket();
    ours.send(new byte[] {1});
    MultipathSocket theirs = pair.server.acceptSocket(LocalPair.SOON);
    assertArrayEquals(new byte[] {1}, theirs.receive());
    Blocked receiver = new Blocked(theirs::receive);
    pair.client.close();
    assertInstanceOf(SocketException.class, receiver.thrown());
    assertThrows(SocketException.class, ours::receive);
    assertThrows(ClosedChannelException.class, pair.client::openSocket);
  }

  /** Nobody receives: the newest are kept, and the sender is not held up. */
  @Test
  void whatNobodyReceivesGoesOldestFirst() throws Exception {
    MultipathSocket ours = pair.client.openSocket();
    ours.send(new byte[] {0});
    MultipathSocket theirs = pair.server.acceptSocket(LocalPair.SOON);
    for (int i = 1; i <= 300; i++) {
      ours.send(new byte[] {(byte) i});
    }
    Conditions.await("the last came", () -> theirs.dropped() >= 45);
    assertEquals(45, theirs.dropped());
    assertArrayEquals(new byte[] {45}, theirs.receive());
  }
}

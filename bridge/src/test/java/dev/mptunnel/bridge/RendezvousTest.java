package dev.mptunnel.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Every bridge chooses the same server, evenly, and moves no more sessions than it must. */
final class RendezvousTest {

  private static final List<String> FOUR =
      List.of("one.example:2000", "two.example:2000", "192.0.2.3:2000", "[2001:db8::4]:2000");
  private static final InetSocketAddress SOMEBODY =
      new InetSocketAddress(InetAddress.ofLiteral("192.0.2.77"), 7777);
  private static final int SESSIONS = 40_000;

  @Test
  void sessionsSpreadEvenly() {
    long seed = 20_261_122;
    SplittableRandom random = new SplittableRandom(seed);
    Rendezvous rendezvous = new Rendezvous(FOUR);
    int[] counts = new int[FOUR.size()];
    for (int i = 0; i < SESSIONS; i++) {
      counts[rendezvous.choose(random.nextLong())]++;
    }
    double share = 1.0 / FOUR.size();
    double sigma = Math.sqrt(SESSIONS * share * (1 - share));
    for (int count : counts) {
      assertTrue(Math.abs(count - SESSIONS * share) < 5 * sigma, count + " of them, seed " + seed);
    }
  }

  @Test
  void idsThatDifferLittleSpreadAsWell() {
    Rendezvous rendezvous = new Rendezvous(FOUR);
    int[] counts = new int[FOUR.size()];
    for (long id = 0; id < 4000; id++) {
      counts[rendezvous.choose(id << 56)]++;
      counts[rendezvous.choose(id)]++;
    }
    for (int count : counts) {
      assertTrue(count > 1700, count + " of 8000");
    }
  }

  @Test
  void takingAServerAwayMovesOnlyItsSessions() {
    SplittableRandom random = new SplittableRandom(1);
    Rendezvous four = new Rendezvous(FOUR);
    Rendezvous three = new Rendezvous(FOUR.subList(0, 3));
    for (int i = 0; i < SESSIONS; i++) {
      long session = random.nextLong();
      int before = four.choose(session);
      if (before < 3) {
        assertEquals(before, three.choose(session));
      }
    }
  }

  @Test
  void theOrderOfTheNamesDoesNotMatter() {
    SplittableRandom random = new SplittableRandom(2);
    Rendezvous forward = new Rendezvous(FOUR);
    Rendezvous backward = new Rendezvous(FOUR.reversed());
    for (int i = 0; i < 1000; i++) {
      long session = random.nextLong();
      assertEquals(
          FOUR.get(forward.choose(session)), FOUR.reversed().get(backward.choose(session)));
    }
  }

  /** What another implementation has to agree with; made once by an independent one. */
  @Test
  void theChoiceIsTheDocumentedOne() {
    Rendezvous rendezvous = new Rendezvous(FOUR);
    StringBuilder chosen = new StringBuilder();
    for (long session = 0; session < 16; session++) {
      chosen.append(rendezvous.choose(session));
    }
    assertEquals("3103310212332133", chosen.toString());
    ByteBuffer withSession =
        ByteBuffer.allocate(20).position(3).put((byte) 1).putLong(5).put((byte) 9).flip();
    withSession.position(3);
    assertEquals(rendezvous.choose(5), rendezvous.choose(SOMEBODY, withSession));
    assertEquals(3, withSession.position());
    assertEquals(0, rendezvous.choose(SOMEBODY, ByteBuffer.allocate(8)));
    assertEquals(0, rendezvous.choose(SOMEBODY, ByteBuffer.allocate(0)));
  }
}

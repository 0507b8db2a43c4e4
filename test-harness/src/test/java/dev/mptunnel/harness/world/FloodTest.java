package dev.mptunnel.harness.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.core.Endpoint;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.wire.Cookie;
import dev.mptunnel.wire.PacketType;
import java.lang.management.ManagementFactory;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Somebody who knows the server's public key, and so can ask for handshakes, asks for as many as he
 * can, or lets the server answer a third party: what it spends and keeps is bounded, and honest
 * clients come in and stay in as if he were not there.
 */
class FloodTest {

  private static final int PER_TICK = 10;
  private static final int TICKS_PER_MILLI = 10;
  private static final int ANSWERABLE = 2_000;
  private static final int HANDSHAKES_PER_SECOND = 400;
  private static final int HANDSHAKE_BURST = 200;
  private static final int MAX_PENDING = 1_024;
  private static final long MILLI = 1_000_000;
  private static final long MAX_HEAP_GROWTH_BYTES = 16 << 20;

  private final Seed seed = Seed.ofRun();
  private final RandomGenerator random = seed.part("attacker").generator();
  private int strangers;
  private long answeredBytes;
  private long forgedBytes;

  @Test
  void aFloodOfInitsKeepsNobodyOut() {
    flood(1_000);
  }

  @Tag("full")
  @Test
  void fiveSecondsOfAFloodOfInitsKeepNobodyOut() {
    flood(5_000);
  }

  private void flood(int millis) {
    Crowd crowd = new Crowd(seed, Crowd.Wire.UNSEEN);
    ForgedInits forged = new ForgedInits(crowd.secret().own().publicKey(), random);
    List<byte[]> answerable = forged.answerable(ANSWERABLE);
    Crowd.Member established = crowd.startClient(1);
    talk(crowd, established);
    drive(crowd, 1_000);
    long heapBefore = liveHeapBytes();
    Endpoint server = crowd.server().endpoint();
    long answeredBefore = server.counters().handshakesAnswered();

    // Not in step with the attacker, or he might always be a moment late.
    int lateTick = millis * TICKS_PER_MILLI / 2 + random.nextInt(100 * TICKS_PER_MILLI);
    Crowd.Member late = null;
    long lateNanos = 0;
    int mostPending = 0;
    for (int tick = 0; tick < millis * TICKS_PER_MILLI; tick++) {
      for (int i = 0; i < PER_TICK; i++) {
        boolean hollow = random.nextBoolean();
        spoof(crowd, hollow ? forged.hollow() : answerable.get(random.nextInt(ANSWERABLE)));
        mostPending = Math.max(mostPending, server.pendingHandshakes());
      }
      if (tick == lateTick) {
        late = crowd.startClient(2);
        lateNanos = crowd.network().nowNanos();
        late.send();
      }
      tick(crowd);
    }
    long answered = server.counters().handshakesAnswered() - answeredBefore;
    long firstNanos = crowd.server().firstDeliveryNanos() - lateNanos;
    long cookies = server.counters().cookiesSent();
    long heapGrowth = liveHeapBytes() - heapBefore;
    System.out.printf(
        "%d forged INITs in %.1f s: %d handshakes computed, at most %d kept, %d cookies, %d bytes"
            + " answer %d; a new client in after %.1f ms; heap %+d kB; %s%n",
        millis * TICKS_PER_MILLI * PER_TICK,
        millis / 1e3,
        answered,
        mostPending,
        cookies,
        answeredBytes,
        forgedBytes,
        firstNanos / 1e6,
        heapGrowth / 1_024,
        seed);
    assertTrue(mostPending <= MAX_PENDING, seed.toString());
    assertWithinBudget(answered, millis);
    assertEquals(1, crowd.server().delivered(late), seed.toString());
    assertTrue(firstNanos <= 3 * Crowd.RTT_NANOS, seed.toString());
    assertTrue(heapGrowth < MAX_HEAP_GROWTH_BYTES, seed.toString());
    assertNothingLost(crowd, established);
  }

  /**
   * He says that he is where a client is that is in a session, on all of its paths, for longer than
   * its keys live.
   */
  @Test
  void aFloodInAClientsNameDoesNotCostItItsSession() {
    Crowd crowd = new Crowd(seed, Crowd.Wire.UNSEEN);
    ForgedInits forged = new ForgedInits(crowd.secret().own().publicKey(), random);
    Crowd.Member client = crowd.startClient(1);
    talk(crowd, client);
    drive(crowd, 1_000);
    long withheldBefore = crowd.server().endpoint().counters().repliesWithheld();
    for (int milli = 0; milli < 200_000; milli += 5) {
      for (int path = 0; path < Crowd.PATHS; path++) {
        crowd.forge(Crowd.clientAddress(1, path), Crowd.SERVER, forged.hollow());
      }
      drive(crowd, 5);
    }
    long withheld = crowd.server().endpoint().counters().repliesWithheld() - withheldBefore;
    assertTrue(withheld > 50_000, withheld + " withheld, " + seed);
    assertNothingLost(crowd, client);
  }

  private void assertWithinBudget(long answered, int millis) {
    long budget = HANDSHAKE_BURST + HANDSHAKES_PER_SECOND * (long) millis / 1_000;
    assertTrue(answered <= budget, answered + " of " + budget + ", " + seed);
    assertTrue(answered > budget / 2, "so few test nothing, " + seed);
  }

  private void assertNothingLost(Crowd crowd, Crowd.Member client) {
    int sent = client.sent();
    drive(crowd, 100);
    assertTrue(client.session().isOpen(), seed.toString());
    assertTrue(crowd.server().delivered(client) >= sent, seed.toString());
  }

  private void spoof(Crowd crowd, byte[] init) {
    forgedBytes += init.length;
    answeredBytes += crowd.forge(Crowd.stranger(strangers++), Crowd.SERVER, init);
  }

  /** He saves up what he may have at once for the moment in which an honest client needs it. */
  @Test
  void whoShowsCookiesTakesNoMoreThanHisShare() {
    Crowd crowd = new Crowd(seed, Crowd.Wire.UNSEEN);
    ForgedInits forged = new ForgedInits(crowd.secret().own().publicKey(), random);
    InetSocketAddress attacker = Crowd.stranger(-1);
    byte[] cookie = cookie(crowd, forged, attacker);
    Endpoint server = crowd.server().endpoint();
    // His burst is spent when the honest client comes with its cookie, one and a half RTT after it
    // was started, which is not in step with the rest.
    int startTick = 500 * TICKS_PER_MILLI + random.nextInt(100 * TICKS_PER_MILLI);
    int attackTick = startTick + (int) (TICKS_PER_MILLI * (3 * Crowd.RTT_NANOS / 2 / MILLI - 1));
    int ticks = attackTick + 1_000 * TICKS_PER_MILLI;
    List<byte[]> shown = new ArrayList<>();
    for (byte[] init : forged.answerable(1_500)) {
      shown.add(ForgedInits.showing(cookie, init));
    }
    long answeredBefore = 0;
    long attackers = 0;
    int next = 0;
    Crowd.Member honest = null;
    long honestNanos = 0;
    for (int tick = 0; tick < ticks; tick++) {
      if (tick == startTick) {
        honestNanos = crowd.network().nowNanos();
        honest = crowd.startClient(1);
        honest.send();
      }
      if (tick == attackTick) {
        answeredBefore = server.counters().handshakesAnswered();
      }
      spoof(crowd, forged.hollow()); // so that the rest is only for those who show cookies
      for (int i = 0; i < PER_TICK && tick >= attackTick; i++) {
        long before = server.counters().handshakesAnswered();
        crowd.forge(attacker, Crowd.SERVER, shown.get(next++ % shown.size()));
        attackers += server.counters().handshakesAnswered() - before;
      }
      tick(crowd);
    }
    long firstNanos = crowd.server().firstDeliveryNanos() - honestNanos;
    long answered = server.counters().handshakesAnswered() - answeredBefore;
    System.out.printf(
        "%d INITs with a good cookie from one address: %d of %d handshakes were his; a new client"
            + " in after %.1f ms; %s%n",
        next, attackers, answered, firstNanos / 1e6, seed);
    assertEquals(1, crowd.server().delivered(honest), seed.toString());
    assertTrue(firstNanos <= 3 * Crowd.RTT_NANOS, seed.toString());
    assertTrue(attackers <= HANDSHAKES_PER_SECOND / 2, seed.toString());
  }

  /** Makes the server want cookies, and gets one. */
  private byte[] cookie(Crowd crowd, ForgedInits forged, InetSocketAddress attacker) {
    for (int i = 0; i < 2 * HANDSHAKE_BURST; i++) {
      spoof(crowd, forged.hollow());
    }
    byte[] init = forged.hollow();
    assertEquals(Cookie.LENGTH, crowd.forge(attacker, Crowd.SERVER, init));
    return forged.open(init, crowd.lastAnswer());
  }

  /**
   * One of a client's bridges, then all of them, say that its packets come from somebody else, and
   * send him copies of old ones besides.
   */
  @Test
  void nobodyIsSentMoreThanCameFromHimWhateverBridgesSay() {
    Victim victim = new Victim();
    Crowd crowd = new Crowd(seed, victim);
    Crowd.Member client = crowd.startClient(1);
    talk(crowd, client);
    drive(crowd, 1_000);
    accuse(crowd, 0);
    lie(crowd, victim, 5_000);
    assertNothingLost(crowd, client);
    for (int path = 1; path < Crowd.PATHS; path++) {
      accuse(crowd, path);
    }
    lie(crowd, victim, 30_000); // so long that the client has to start handshakes
    crowd.startClient(2);
    for (int path = 0; path < Crowd.PATHS; path++) {
      accuse(crowd, 2, path);
    }
    lie(crowd, victim, 5_000);
    System.out.printf(
        "%d packets of %d bytes claimed to be a victim's: it was sent %d, of %d bytes; %s%n",
        victim.claimed, victim.claimedBytes, victim.sent, victim.sentBytes, seed);
    assertTrue(victim.sent > 0, "so little tests nothing, " + seed);
  }

  private static void accuse(Crowd crowd, int path) {
    accuse(crowd, 1, path);
  }

  private static void accuse(Crowd crowd, int client, int path) {
    InetSocketAddress own = Crowd.clientAddress(client, path);
    crowd.network().rebind(own, Victim.ADDRESSES.get(path));
    crowd.cut(own);
  }

  private void lie(Crowd crowd, Victim victim, int millis) {
    for (int milli = 0; milli < millis; milli++) {
      if (!victim.overheard.isEmpty() && random.nextInt(10) == 0) {
        byte[] old = victim.overheard.get(random.nextInt(victim.overheard.size()));
        InetSocketAddress source = Victim.ADDRESSES.get(random.nextInt(Crowd.PATHS));
        victim.claim(source, old);
        crowd.forge(source, Crowd.SERVER, old);
      }
      drive(crowd, 1);
    }
  }

  /** A third party, of three ports, who has never sent anything. */
  private static final class Victim implements Crowd.Wire {

    static final List<InetSocketAddress> ADDRESSES =
        List.of(
            new InetSocketAddress("198.51.100.1", 53),
            new InetSocketAddress("198.51.100.1", 123),
            new InetSocketAddress("198.51.100.1", 443));

    private final List<byte[]> overheard = new ArrayList<>();
    private final long[] creditBytes = new long[ADDRESSES.size()];
    private long claimed;
    private long claimedBytes;
    private long sent;
    private long sentBytes;

    void claim(InetSocketAddress source, byte[] packet) {
      int which = ADDRESSES.indexOf(source);
      if (which >= 0) {
        claimed++;
        claimedBytes += packet.length;
        creditBytes[which] += packet.length;
      }
    }

    @Override
    public void beforeArrival(InetSocketAddress source, byte[] packet) {
      claim(source, packet);
      if (PacketType.isFromInitiator(packet[0])) {
        overheard.add(packet);
      }
    }

    @Override
    public void onTransmit(InetSocketAddress remote, ByteBuffer packet) {
      int which = ADDRESSES.indexOf(remote);
      if (which < 0) {
        return;
      }
      sent++;
      sentBytes += packet.remaining();
      creditBytes[which] -= packet.remaining();
      assertTrue(creditBytes[which] >= 0, "more is sent to a victim than came from him");
      int type = PacketType.type(packet.get(packet.position()));
      assertTrue(type != PacketType.DATA, "data is sent to a victim");
    }
  }

  private static void talk(Crowd crowd, Crowd.Member client) {
    client.send();
    crowd.network().at(crowd.network().nowNanos() + 10 * MILLI, () -> talk(crowd, client));
  }

  private static void drive(Crowd crowd, long millis) {
    crowd.network().driveUntil(crowd.network().nowNanos() + millis * MILLI);
  }

  private static void tick(Crowd crowd) {
    crowd.network().driveUntil(crowd.network().nowNanos() + MILLI / TICKS_PER_MILLI);
  }

  private static long liveHeapBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}

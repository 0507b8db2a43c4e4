package dev.mptunnel.harness.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.core.Event;
import dev.mptunnel.core.PathReport;
import dev.mptunnel.core.SealedSecurity;
import dev.mptunnel.crypto.ClientKeys;
import dev.mptunnel.crypto.StaticKeys;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.tunnel.HostileDatagrams;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Somebody without any key throws what he can at both ends of a live session, from addresses of his
 * own and from those of its paths: not one byte is sent because of it, nothing is delivered, and
 * the session does not notice.
 */
class StrangersTest {

  private static final int OVERHEARD = 500;
  private static final int PER_MILLI = 50;
  private static final long MILLI = 1_000_000;
  private static final int MILLIS_BETWEEN_DATAGRAMS = 5;

  private final Seed seed = Seed.ofRun();
  private final RandomGenerator random = seed.part("strangers").generator();
  private final List<byte[]> overheard = new ArrayList<>();
  private final Crowd crowd =
      new Crowd(
          seed,
          new Crowd.Wire() {
            @Override
            public void beforeArrival(InetSocketAddress source, byte[] packet) {
              if (overheard.size() < OVERHEARD) {
                overheard.add(packet);
              }
            }
          });

  @Test
  void noDatagramOfAStrangerIsAnswered() {
    run(200_000);
  }

  @Tag("full")
  @Test
  void noneOfTenMillionDatagramsOfStrangersIsAnswered() {
    run(10_000_000);
  }

  private void run(int count) {
    Crowd.Member client = crowd.startClient(1);
    talk(client);
    drive(2_000);
    assertEquals(OVERHEARD, overheard.size());
    HostileDatagrams datagrams = new HostileDatagrams(random, overheard, macKey());
    List<InetSocketAddress> before = remotes();
    assertEquals(Crowd.PATHS, before.size());

    long answered = 0;
    for (int i = 0; i < count; i++) {
      answered += throwOne(datagrams.next());
      if (i % PER_MILLI == 0) {
        drive(1);
      }
    }
    drive(1_000);
    System.out.printf(
        "%d datagrams of strangers: %d bytes answered; meanwhile %d of %d delivered; %s, %s%n",
        count,
        answered,
        crowd.server().delivered(client),
        client.sent(),
        crowd.server().endpoint().counters().damaged() + " damaged at the server",
        seed);
    assertEquals(0, answered, seed.toString());
    assertTrue(client.session().isOpen(), seed.toString());
    assertEquals(before, remotes(), seed.toString());
    for (Crowd.Member end : List.of(client, crowd.server())) {
      assertTrue(end.events().stream().noneMatch(StrangersTest::isTrouble), end.events()::toString);
    }
    // The last ones are still on their way.
    int least = client.sent() - (int) (Crowd.RTT_NANOS / MILLI) / MILLIS_BETWEEN_DATAGRAMS;
    assertTrue(crowd.server().delivered(client) >= least, seed.toString());
  }

  private int throwOne(byte[] datagram) {
    int path = random.nextInt(Crowd.PATHS);
    boolean toServer = random.nextBoolean();
    boolean isElsewhere = random.nextInt(4) > 0;
    InetSocketAddress client = Crowd.clientAddress(1, path);
    InetSocketAddress source =
        isElsewhere ? Crowd.stranger(random.nextInt()) : toServer ? client : Crowd.SERVER;
    return crowd.forge(source, toServer ? Crowd.SERVER : client, datagram);
  }

  private static boolean isTrouble(Event event) {
    return event instanceof Event.PathMoved
        || event instanceof Event.PathDown
        || event instanceof Event.SessionSilent
        || event instanceof Event.SessionClosed
        || event instanceof Event.SessionRefused;
  }

  private List<InetSocketAddress> remotes() {
    return crowd.server().endpoint().sessions().getFirst().report().paths().stream()
        .map(PathReport::remote)
        .toList();
  }

  private byte[] macKey() {
    ClientKeys keys =
        new ClientKeys(
            StaticKeys.random(random),
            crowd.secret().own().publicKey(),
            crowd.secret().sharedPsk());
    return SealedSecurity.initiator(keys, 256).macKey();
  }

  private void talk(Crowd.Member client) {
    client.send();
    long nextNanos = crowd.network().nowNanos() + MILLIS_BETWEEN_DATAGRAMS * MILLI;
    crowd.network().at(nextNanos, () -> talk(client));
  }

  private void drive(long millis) {
    crowd.network().driveUntil(crowd.network().nowNanos() + millis * MILLI);
  }
}

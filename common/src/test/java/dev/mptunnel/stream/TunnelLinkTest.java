package dev.mptunnel.stream;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.crypto.TunnelKeys;
import dev.mptunnel.wire.Join;
import dev.mptunnel.wire.Records;
import dev.mptunnel.wire.StreamFrames;
import dev.mptunnel.wire.TunnelSecret;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two ends of what is to be a tunnel, with the bytes between them cut, kept and altered. */
class TunnelLinkTest {

  private static final long SECOND = 1_000_000_000L;
  private static final long SESSION = 0x1122_3344_5566_7788L;
  private static final long LIFE = 0x0a0b_0c0d_0e0f_1011L;
  private static final int EPOCH = 200;
  private static final int TUNNEL = 17;
  private static final ByteBuffer NO_FRAMES = ByteBuffer.allocate(0);

  private final long seed = System.nanoTime();
  private final Random random = new Random(seed);
  private long now = 77 * SECOND;
  private final StreamBuffers buffers = new StreamBuffers();

  /** What an end is told. */
  private static final class Told implements TunnelLink.Handler {
    private final List<byte[]> records = new ArrayList<>();
    private int joined;
    private boolean takes = true;

    @Override
    public void onJoined() {
      joined++;
    }

    @Override
    public boolean onRecord(ByteBuffer frames) {
      byte[] bytes = new byte[frames.remaining()];
      frames.get(bytes);
      records.add(bytes);
      return takes;
    }
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private TunnelSecret secret(int keyBits) {
    return new TunnelSecret(bytes(32), keyBits);
  }

  private TunnelLink dialled(TunnelSecret secret) {
    return TunnelLink.dialled(buffers, now, SESSION, EPOCH, secret, TUNNEL, random);
  }

  private TunnelLink accepted(byte[] join, TunnelSecret secret) {
    return TunnelLink.accepted(buffers, now, join, secret, LIFE, random);
  }

  private static byte[] taken(ByteBuffer bytes) {
    byte[] taken = new byte[bytes.remaining()];
    bytes.duplicate().get(taken);
    return taken;
  }

  private byte[] sealed(TunnelLink link, byte[] frames) {
    return taken(link.seal(now, ByteBuffer.wrap(frames)));
  }

  private boolean receive(TunnelLink link, byte[] bytes, Told told) {
    return link.receive(now, ByteBuffer.wrap(bytes), told);
  }

  /** Two ends that are in the session, and the two of which this asks are told so. */
  private final class Joined {
    private final TunnelSecret secret;
    private final TunnelLink client;
    private final TunnelLink server;
    private final Told atClient = new Told();
    private final Told atServer = new Told();

    Joined(int keyBits) {
      secret = secret(keyBits);
      client = dialled(secret);
      server = accepted(taken(client.greeting()), secret);
      assertTrue(receive(client, taken(server.greeting()), atClient));
      assertTrue(receive(server, sealed(client, new byte[0]), atServer));
      assertTrue(receive(client, sealed(server, new byte[0]), atClient));
      assertTrue(client.isJoined() && server.isJoined());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 256})
  void anIdleTunnelHasNoBuffers(int keyBits) {
    int tunnels = 1_000;
    Joined first = new Joined(keyBits); // with what all share
    List<Joined> all = new ArrayList<>();
    long before = usedBytes();
    for (int i = 0; i < tunnels; i++) {
      Joined each = new Joined(keyBits);
      assertTrue(receive(each.server, sealed(each.client, bytes(1_000)), each.atServer));
      each.atServer.records.clear();
      all.add(each);
    }
    long bytes = (usedBytes() - before) / (2L * tunnels);
    System.out.println("an idle tunnel takes " + bytes + " bytes at each end, key " + keyBits);
    assertTrue(bytes < 8 << 10, bytes + " bytes");
    assertTrue(first.client.isJoined() && all.getLast().client.isJoined(), "all are still there");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 256})
  void recordsOfManyTunnelsComeInPartsSideBySide(int keyBits) {
    List<Joined> all = new ArrayList<>();
    List<byte[]> frames = new ArrayList<>();
    List<ByteBuffer> travelling = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      Joined each = new Joined(keyBits);
      all.add(each);
      frames.add(bytes(1 + random.nextInt(2_000)));
      travelling.add(ByteBuffer.wrap(sealed(each.client, frames.getLast())));
    }
    while (travelling.stream().anyMatch(ByteBuffer::hasRemaining)) {
      int which = random.nextInt(all.size());
      byte[] part = new byte[Math.min(random.nextInt(300), travelling.get(which).remaining())];
      travelling.get(which).get(part);
      assertTrue(receive(all.get(which).server, part, all.get(which).atServer), "seed " + seed);
    }
    for (int i = 0; i < all.size(); i++) {
      assertArrayEquals(frames.get(i), all.get(i).atServer.records.getFirst(), "seed " + seed);
    }
  }

  private static long usedBytes() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  @Test
  void neitherEndHasJoinedBeforeARecordHasOpened() {
    TunnelSecret secret = secret(256);
    TunnelLink client = dialled(secret);
    byte[] join = taken(client.greeting());
    assertTrue(Join.isJoin(join));
    assertEquals(SESSION, Join.sessionId(join));
    assertEquals(EPOCH, Join.epoch(join));
    assertEquals(TUNNEL, Join.tunnel(join));
    assertFalse(client.hasKeys());

    TunnelLink server = accepted(join, secret);
    assertTrue(server.hasKeys());
    assertFalse(server.isJoined());
    assertEquals(TUNNEL, server.tunnel());
    assertEquals(TUNNEL, client.tunnel());

    Told atClient = new Told();
    assertTrue(receive(client, taken(server.greeting()), atClient));
    assertTrue(client.hasKeys());
    assertFalse(client.isJoined(), "an ACCEPT is not enough");
    assertEquals(LIFE, client.life());
    assertTrue(receive(client, sealed(server, new byte[0]), atClient));
    assertTrue(client.isJoined());
    assertEquals(1, atClient.joined);

    Told atServer = new Told();
    assertTrue(receive(server, sealed(client, new byte[0]), atServer));
    assertTrue(server.isJoined());
    assertEquals(1, atServer.joined);
    assertTrue(atServer.records.isEmpty(), "a record without frames is not handed on");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 128, 256})
  void allRecordsArriveOnceAndInOrderHoweverTheBytesAreCut(int keyBits) {
    for (int most : new int[] {1, 2, 3, 50, 5_000, 100_000}) {
      TunnelSecret secret = secret(keyBits);
      TunnelLink client = dialled(secret);
      TunnelLink server = accepted(taken(client.greeting()), secret);
      Told atClient = new Told();
      Told atServer = new Told();

      ByteArrayOutputStream down = new ByteArrayOutputStream();
      down.writeBytes(taken(server.greeting()));
      List<byte[]> sentDown = records(server, down, most);
      cut(client, down.toByteArray(), most, atClient);
      check(sentDown, atClient, most);

      ByteArrayOutputStream up = new ByteArrayOutputStream();
      List<byte[]> sentUp = records(client, up, most);
      cut(server, up.toByteArray(), most, atServer);
      check(sentUp, atServer, most);
    }
  }

  private List<byte[]> records(TunnelLink link, ByteArrayOutputStream wire, int most) {
    List<byte[]> sent = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      int bound = most < 50 ? 200 : StreamFrames.MAX_RECORD_BYTES;
      byte[] frames = bytes(i == 7 ? StreamFrames.MAX_RECORD_BYTES : random.nextInt(bound));
      wire.writeBytes(sealed(link, frames));
      if (frames.length > 0) {
        sent.add(frames);
      }
      now += 10 * SECOND; // the key changes on the way
    }
    return sent;
  }

  private void cut(TunnelLink link, byte[] wire, int most, Told told) {
    for (int at = 0; at < wire.length; ) {
      int count = Math.min(1 + random.nextInt(most), wire.length - at);
      ByteBuffer piece = ByteBuffer.wrap(wire, at, count);
      assertTrue(link.receive(now, piece, told), "seed " + seed + ", " + most + " at a time");
      assertFalse(piece.hasRemaining(), "all of it is taken");
      at += count;
    }
  }

  private void check(List<byte[]> sent, Told told, int most) {
    String where = "seed " + seed + ", " + most + " at a time";
    assertEquals(1, told.joined, where);
    assertEquals(sent.size(), told.records.size(), where);
    for (int i = 0; i < sent.size(); i++) {
      assertArrayEquals(sent.get(i), told.records.get(i), where + ", record " + i);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 128, 256})
  void anAlteredAcceptEndsIt(int keyBits) {
    TunnelSecret secret = secret(keyBits);
    for (int at = 0; at < Join.ACCEPT_BYTES; at++) {
      TunnelLink client = dialled(secret);
      byte[] accept = taken(accepted(taken(client.greeting()), secret).greeting());
      accept[at] ^= (byte) (1 + random.nextInt(255));
      Told told = new Told();
      assertFalse(receive(client, accept, told), "byte " + at + ", seed " + seed);
      assertFalse(client.hasKeys());
      assertFalse(client.isJoined());
    }
  }

  @Test
  void anAcceptOfAnotherSessionOrAnotherTypeEndsItThoughItIsSigned() {
    TunnelSecret secret = secret(256);
    for (int other = 0; other < 3; other++) {
      TunnelLink client = dialled(secret);
      byte[] accept = Join.accept(other == 1 ? SESSION + 1 : SESSION, LIFE, bytes(16));
      accept[0] ^= (byte) (other == 2 ? 0x80 : 0);
      TunnelKeys.signAccept(secret, taken(client.greeting()), accept);
      assertEquals(other == 0, receive(client, accept, new Told()), "kind " + other);
      assertEquals(other == 0, client.hasKeys());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {128, 256})
  void anAlteredRecordEndsItAndIsNotHandedOn(int keyBits) {
    int length = Records.HEAD_BYTES + 10 + 16;
    for (int at = 0; at < length; at++) {
      Joined ends = new Joined(keyBits);
      byte[] record = sealed(ends.client, bytes(10));
      assertEquals(length, record.length);
      byte[] next = sealed(ends.client, bytes(StreamFrames.MAX_RECORD_BYTES));
      record[at] ^= (byte) (1 + random.nextInt(255));
      ByteBuffer both = ByteBuffer.allocate(record.length + 2 * next.length);
      both.put(record).put(next).put(next).flip();
      assertFalse(ends.server.receive(now, both, ends.atServer), "byte " + at + ", seed " + seed);
      assertTrue(ends.atServer.records.isEmpty());
    }
  }

  @Test
  void aRecordThatIsTooShortOrTooLongEndsItAsSoonAsItsHeadIsThere() {
    for (int length : new int[] {0, 1, 15, StreamFrames.MAX_RECORD_BYTES + 17, 0x7fff}) {
      for (boolean last : new boolean[] {false, true}) {
        Joined ends = new Joined(256);
        ByteBuffer head = ByteBuffer.allocate(2);
        Records.putHead(head, 0, length, last);
        assertFalse(ends.server.receive(now, head, ends.atServer), "length " + length);
      }
    }
    Joined ends = new Joined(256);
    ByteBuffer longest = ByteBuffer.allocate(2);
    Records.putHead(longest, 0, StreamFrames.MAX_RECORD_BYTES + 16, false);
    assertTrue(ends.server.receive(now, longest, ends.atServer), "the longest may be");
  }

  @Test
  void aPeerThatBreaksTheRulesWithinARecordEndsIt() {
    Joined ends = new Joined(256);
    ends.atServer.takes = false;
    byte[] first = sealed(ends.client, bytes(10));
    byte[] second = sealed(ends.client, bytes(10));
    ByteBuffer both = ByteBuffer.allocate(first.length + second.length).put(first).put(second);
    assertFalse(ends.server.receive(now, both.flip(), ends.atServer));
    assertEquals(1, ends.atServer.records.size(), "nothing behind it is looked at");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 128, 256})
  void aConversationThatIsRepeatedNeverJoins(int keyBits) {
    TunnelSecret secret = secret(keyBits);
    TunnelLink client = dialled(secret);
    byte[] join = taken(client.greeting());
    TunnelLink server = accepted(join, secret);
    Told told = new Told();
    assertTrue(receive(client, taken(server.greeting()), told));
    ByteArrayOutputStream up = new ByteArrayOutputStream();
    for (int i = 0; i < 20; i++) {
      up.writeBytes(sealed(client, bytes(i * 100)));
    }
    byte[] conversation = up.toByteArray();
    assertTrue(receive(server, conversation, told));
    assertTrue(server.isJoined());

    for (int most : new int[] {1, 100, 100_000}) {
      TunnelLink again = accepted(join, secret);
      assertNotNull(again, "a JOIN can be repeated");
      Told toldAgain = new Told();
      boolean goesOn = true;
      for (int at = 0; goesOn && at < conversation.length; ) {
        int count = Math.min(1 + random.nextInt(most), conversation.length - at);
        goesOn = again.receive(now, ByteBuffer.wrap(conversation, at, count), toldAgain);
        at += count;
      }
      assertFalse(goesOn, "seed " + seed);
      assertFalse(again.isJoined());
      assertEquals(0, toldAgain.joined);
      assertTrue(toldAgain.records.isEmpty());
    }
  }

  @Test
  void whatAServerSaidOnceJoinsNoOtherClient() {
    TunnelSecret secret = secret(256);
    TunnelLink client = dialled(secret);
    TunnelLink server = accepted(taken(client.greeting()), secret);
    byte[] accept = taken(server.greeting());
    TunnelLink other = dialled(secret);
    assertFalse(receive(other, accept, new Told()), "the ACCEPT of another JOIN");
    assertFalse(other.hasKeys());
  }

  @Test
  void aMessageThrownBackIsNoAnswer() {
    TunnelSecret secret = secret(256);
    TunnelLink client = dialled(secret);
    byte[] echo = Arrays.copyOf(taken(client.greeting()), Join.ACCEPT_BYTES);
    assertFalse(receive(client, echo, new Told()));

    Joined ends = new Joined(256);
    assertFalse(receive(ends.client, sealed(ends.client, bytes(10)), ends.atClient));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 128, 256})
  void aJoinOfAnotherSecretIsNotAccepted(int keyBits) {
    byte[] join = taken(dialled(secret(keyBits)).greeting());
    assertNull(accepted(join, secret(keyBits)));
    TunnelSecret secret = secret(keyBits);
    byte[] altered = taken(dialled(secret).greeting());
    assertNotNull(accepted(altered, secret));
    altered[11] ^= 1;
    assertNull(accepted(altered, secret), "another tunnel");
  }

  @Test
  void theSameJoinIsNeverAnsweredAlike() {
    TunnelSecret secret = secret(256);
    byte[] join = taken(dialled(secret).greeting());
    byte[] first = taken(accepted(join, secret).greeting());
    byte[] second = taken(accepted(join, secret).greeting());
    assertFalse(Arrays.equals(Join.nonce(first), Join.nonce(second)));
    byte[] another = taken(dialled(secret).greeting());
    assertFalse(Arrays.equals(Join.nonce(join), Join.nonce(another)));
  }

  @Test
  void whoDoesNotJoinInTimeIsDeadAndWhoFallsSilentLater() {
    long start = now;
    TunnelSecret secret = secret(256);
    TunnelLink client = dialled(secret);
    assertEquals(start + 10 * SECOND, client.deathNanos());
    now = start + 3 * SECOND;
    TunnelLink server = accepted(taken(client.greeting()), secret);
    assertEquals(start + 13 * SECOND, server.deathNanos());
    now = start + 4 * SECOND;
    Told told = new Told();
    assertTrue(receive(client, taken(server.greeting()), told));
    assertEquals(start + 14 * SECOND, client.deathNanos(), "the answer was a sign of life");
    now = start + 5 * SECOND;
    byte[] record = sealed(server, new byte[0]);
    assertTrue(receive(client, Arrays.copyOf(record, record.length - 1), told));
    assertEquals(start + 14 * SECOND, client.deathNanos(), "part of a record is none");
    assertTrue(receive(client, Arrays.copyOfRange(record, record.length - 1, record.length), told));
    assertEquals(start + 50 * SECOND, client.deathNanos());
  }

  @Test
  void aJoinThatIsRepeatedKeepsNothingAlive() {
    TunnelSecret secret = secret(256);
    TunnelLink server = accepted(taken(dialled(secret).greeting()), secret);
    long death = server.deathNanos();
    now += 5 * SECOND;
    ByteBuffer head = ByteBuffer.allocate(2);
    Records.putHead(head, 0, 1_000, false);
    Told told = new Told();
    assertTrue(server.receive(now, head, told));
    assertTrue(receive(server, new byte[999], told));
    assertEquals(death, server.deathNanos());
    assertFalse(receive(server, new byte[1], told));
    assertEquals(death, server.deathNanos());
  }

  @Test
  void somethingIsSentFifteenSecondsAfterTheLast() {
    Joined ends = new Joined(256);
    now += 7 * SECOND;
    sealed(ends.client, bytes(10));
    assertEquals(now + 15 * SECOND, ends.client.nextSendNanos());
    long due = ends.client.nextSendNanos();
    now += 3 * SECOND;
    assertTrue(receive(ends.client, sealed(ends.server, bytes(10)), ends.atClient));
    assertEquals(due, ends.client.nextSendNanos(), "what comes is not what goes");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 128, 256})
  void aKeyIsUsedForTwoMinutes(int keyBits) {
    Joined ends = new Joined(keyBits);
    long start = now;
    for (int round = 1; round <= 3; round++) {
      now = start + round * 120L * SECOND - 1;
      assertFalse(passes(ends), "round " + round);
      now++;
      assertTrue(passes(ends), "round " + round);
      assertFalse(passes(ends), "round " + round);
    }
  }

  @Test
  void aKeyIsUsedForSoManyRecords() {
    Joined ends = new Joined(0); // quicker than to seal them, and counted alike
    for (int round = 0; round < 2; round++) {
      // The client has sent one before.
      for (long count = 2L - round; count < 1 << 24; count++) {
        if (Records.isLast(ends.client.seal(now, NO_FRAMES))) {
          throw new AssertionError("record " + count + " of round " + round);
        }
      }
      assertTrue(Records.isLast(ends.client.seal(now, NO_FRAMES)));
    }
  }

  /** Passes a record on. @return whether it was the last under its key */
  private boolean passes(Joined ends) {
    byte[] frames = bytes(100);
    byte[] record = sealed(ends.client, frames);
    assertTrue(receive(ends.server, record, ends.atServer));
    assertArrayEquals(frames, ends.atServer.records.getLast());
    return Records.isLast(ByteBuffer.wrap(record));
  }

  @Test
  void framesAreLeftAsTheyAreWhenTheyAreSealed() {
    Joined ends = new Joined(256);
    ByteBuffer frames = ByteBuffer.wrap(bytes(50)).position(3).limit(40);
    ByteBuffer copy = ByteBuffer.wrap(taken(frames));
    ByteBuffer record = ends.client.seal(now, frames);
    assertEquals(copy, frames, "not sealed in place");
    assertTrue(ends.server.receive(now, record, ends.atServer));
    assertArrayEquals(taken(copy), ends.atServer.records.getFirst());
    assertTrue(ends.server.receive(now, NO_FRAMES.duplicate(), ends.atServer), "nothing came");
  }
}

package dev.mptunnel.harness.fuzz;

import dev.mptunnel.stream.StreamBuffers;
import dev.mptunnel.stream.TunnelLink;
import dev.mptunnel.wire.Join;
import dev.mptunnel.wire.Records;
import dev.mptunnel.wire.TunnelSecret;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What comes on a TCP connection that is to be a tunnel, at either end and at each stage of it,
 * from somebody without the secret: he never joins, and of what he says nothing is handed on. In
 * plain mode he may, for a check sum stops nobody; then no record is longer than one may be.
 */
final class TunnelLinkTarget implements FuzzTarget {

  private static final int STAGES = 4;
  private static final int[] KEY_BITS = {256, 128, 0};
  private static final long SESSION = 77;
  private static final ByteBuffer NO_FRAMES = ByteBuffer.allocate(0);
  private static final byte[] SECRET = new byte[32];

  /** Counts what it is told. */
  private static final class Told implements TunnelLink.Handler {
    private int joined;
    private int records;

    @Override
    public void onJoined() {
      joined++;
    }

    @Override
    public boolean onRecord(ByteBuffer frames) {
      records++;
      Must.hold(frames.remaining() <= Records.MAX_BYTES, "a record that is too long");
      return true;
    }
  }

  @Override
  public void accept(byte[] input) {
    InputReader reader = new InputReader(input);
    TunnelSecret secret = new TunnelSecret(SECRET, KEY_BITS[reader.nextByte() % KEY_BITS.length]);
    int stage = reader.nextByte() % STAGES;
    int most = 1 + reader.nextByte();
    SplittableRandom random = new SplittableRandom(1);
    StreamBuffers buffers = new StreamBuffers();
    TunnelLink client = TunnelLink.dialled(buffers, 0, SESSION, 1, secret, 2, random);
    byte[] join = bytes(client.greeting());
    TunnelLink server = TunnelLink.accepted(buffers, 0, join, secret, 3, random);
    Told told = new Told();
    switch (stage) {
      case 0 -> { // in place of an ACCEPT
        boolean goesOn = feed(client, reader.rest(), most, told);
        Must.hold(!client.hasKeys(), "an ACCEPT of somebody without the secret");
        Must.hold(!goesOn || input.length < 3 + Join.ACCEPT_BYTES, "what is no ACCEPT goes on");
        Must.equal(0, told.joined, "joined");
      }
      case 1 -> { // behind an ACCEPT
        Must.hold(feed(client, bytes(server.greeting()), most, told), "the ACCEPT is refused");
        stranger(client, secret, reader.rest(), most, told);
      }
      case 2 -> stranger(server, secret, reader.rest(), most, told); // behind a JOIN
      default -> { // between records of a tunnel that is there
        Must.hold(feed(server, join(client, server, told), most, told), "the record is refused");
        Must.equal(1, told.joined, "joined");
        feedOn(server, reader.rest(), most, told);
        Must.equal(1, told.joined, "joined");
        Must.hold(!secret.isSealed() || told.records == 0, "a record of somebody without the key");
      }
    }
  }

  private static void stranger(
      TunnelLink link, TunnelSecret secret, byte[] bytes, int most, Told told) {
    feedOn(link, bytes, most, told);
    Must.equal(link.isJoined() ? 1 : 0, told.joined, "joined");
    if (secret.isSealed()) {
      Must.hold(!link.isJoined(), "somebody without the secret has joined");
      Must.equal(0, told.records, "records");
    }
  }

  private static byte[] join(TunnelLink client, TunnelLink server, Told told) {
    Must.hold(client.receive(0, server.greeting(), told), "the ACCEPT is refused");
    return bytes(client.seal(0, NO_FRAMES));
  }

  /** Again and again: a fuzzer's inputs are shorter than a record may be. */
  private static void feedOn(TunnelLink link, byte[] bytes, int most, Told told) {
    int left = 2 * Records.MAX_BYTES;
    while (left > 0 && bytes.length > 0 && feed(link, bytes, most, told)) {
      left -= bytes.length;
    }
  }

  /** Cut into pieces, until it is refused. */
  private static boolean feed(TunnelLink link, byte[] bytes, int most, Told told) {
    for (int at = 0; at < bytes.length; at += most) {
      ByteBuffer piece = ByteBuffer.wrap(bytes, at, Math.min(most, bytes.length - at));
      if (!link.receive(at, piece, told)) {
        return false;
      }
      Must.hold(!piece.hasRemaining(), "some of it is left");
    }
    return true;
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return bytes;
  }

  @Override
  public List<byte[]> seeds() {
    // Records of the shortest kind, of the longest and one that is longer, and one that is plain.
    byte[] shortest = new byte[3 + Records.HEAD_BYTES + Records.MAX_TAG_BYTES];
    shortest[4] = Records.MAX_TAG_BYTES;
    byte[] longest = new byte[1_000];
    ByteBuffer.wrap(longest).putShort(3, (short) (Records.MAX_BYTES - Records.HEAD_BYTES));
    longest[2] = (byte) 255;
    byte[] accept = new byte[3 + Join.ACCEPT_BYTES];
    byte[] like = Join.accept(SESSION, 3, new byte[Join.NONCE_BYTES]);
    System.arraycopy(like, 0, accept, 3, like.length);
    byte[] behind = shortest.clone();
    behind[1] = 1;
    byte[] between = longest.clone();
    between[1] = 3;
    byte[] tooLong = between.clone();
    ByteBuffer.wrap(tooLong).putShort(3, Short.MAX_VALUE);
    byte[] plain = Arrays.copyOf(new byte[] {2, 2, 9, 0, 4}, 9);
    return List.of(accept, behind, between, plain, shortest, longest, tooLong);
  }
}

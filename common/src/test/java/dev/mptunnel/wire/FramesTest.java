package dev.mptunnel.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FramesTest {

  private static final class Seen implements DataFrames.Handler, PathFrames.Handler {
    final List<String> frames = new ArrayList<>();

    @Override
    public void onDatagram(int flow, ByteBuffer payload) {
      frames.add("datagram " + flow + " " + payload.remaining());
    }

    @Override
    public void onFragment(int flow, int id, int index, int count, ByteBuffer piece) {
      frames.add(
          "fragment " + flow + " " + id + " " + index + "/" + count + " " + piece.remaining());
    }

    @Override
    public void onOrdered(int flow, int sequence, int time, ByteBuffer payload) {
      frames.add("ordered " + flow + " " + sequence + " " + time + " " + payload.remaining());
    }

    @Override
    public void onOrderedFragment(
        int flow, int sequence, int time, int index, int count, ByteBuffer piece) {
      frames.add(
          "ordered fragment %d %d %d %d/%d %d"
              .formatted(flow, sequence, time, index, count, piece.remaining()));
    }

    @Override
    public void onClose(int reason) {
      frames.add("close " + reason);
    }

    @Override
    public void onOpen(int flow, String target) {
      frames.add("open " + flow + " " + target);
    }

    @Override
    public void onRefused(int flow, int reason) {
      frames.add("refused " + flow + " " + reason);
    }

    @Override
    public void onPing(int id, long sent, long arrived) {
      frames.add("ping " + id + " " + sent + " " + arrived);
    }

    @Override
    public void onPong(int id, long sent, long arrived, long delivered, int longestBytes) {
      frames.add("pong " + id + " " + sent + " " + arrived + " " + delivered + " " + longestBytes);
    }

    @Override
    public void onChallenge(long token) {
      frames.add("challenge " + token);
    }

    @Override
    public void onResponse(long token) {
      frames.add("response " + token);
    }

    @Override
    public void onAsk(int question, int epoch, long first, ByteBuffer offsets) {
      StringBuilder text = new StringBuilder("ask " + question + " " + epoch + " " + first);
      while (offsets.hasRemaining()) {
        text.append(" +").append(offsets.getShort() & 0xffff);
      }
      frames.add(text.toString());
    }

    @Override
    public void onMark(int epoch, long highest) {
      frames.add("mark " + epoch + " " + highest);
    }

    @Override
    public void onParity(int epoch, long first, int lengths, int offset, ByteBuffer bytes) {
      frames.add(
          "parity " + epoch + " " + first + " " + lengths + " " + offset + " " + bytes.remaining());
    }

    @Override
    public void onEcn(int field) {
      frames.add("ecn " + field);
    }

    @Override
    public void onState(int state) {
      frames.add("state " + state);
    }
  }

  private final ByteBuffer packet = ByteBuffer.allocate(2000);
  private final Seen seen = new Seen();

  @Test
  void dataFramesComeOutAsTheyWentIn() {
    DataFrames.putDatagram(packet, 65_535, ByteBuffer.allocate(1400));
    DataFrames.putDatagram(packet, 0, ByteBuffer.allocate(0));
    DataFrames.putFragment(packet, 65_535, -1, 254, 255, ByteBuffer.allocate(3));
    DataFrames.putClose(packet, 7);
    DataFrames.putOpen(packet, 32_768, "wg-2_a");
    DataFrames.putRefused(packet, 65_535, 1);
    DataFrames.putOrdered(packet, 65_535, 0xffffff, 65_535, ByteBuffer.allocate(2));
    DataFrames.putOrderedFragment(packet, 1, 0x800000, 0, 1, 2, ByteBuffer.allocate(4));
    assertTrue(DataFrames.read(packet.flip(), seen));
    assertEquals(
        List.of(
            "datagram 65535 1400",
            "datagram 0 0",
            "fragment 65535 -1 254/255 3",
            "close 7",
            "open 32768 wg-2_a",
            "refused 65535 1",
            "ordered 65535 16777215 65535 2",
            "ordered fragment 1 8388608 0 1/2 4"),
        seen.frames);
  }

  @Test
  void whatAPacketIsMarkedWithStandsFirstOrNowhere() {
    DataFrames.putClass(packet, 0xff);
    assertEquals(DataFrames.CLASS_BYTES, packet.position());
    DataFrames.putDatagram(packet, 7, ByteBuffer.allocate(2));
    DataFrames.putClass(packet, 0x12);
    packet.flip();
    assertEquals(0xff, DataFrames.trafficClass(packet, 0));
    assertEquals(0, DataFrames.trafficClass(packet, DataFrames.CLASS_BYTES));
    assertEquals(0x12, DataFrames.trafficClass(packet, DataFrames.CLASS_BYTES + 7));
    assertEquals(0, DataFrames.trafficClass(packet, packet.limit()), "no frame");
    assertEquals(0, packet.position());
    assertTrue(DataFrames.read(packet, seen));
    assertEquals(List.of("datagram 7 2"), seen.frames, "as one who does not know it reads it");
    assertEquals(0, DataFrames.trafficClass(packet.limit(3), 0), "cut off");
    ByteBuffer empty = ByteBuffer.wrap(new byte[] {0x08, 0, 0, 1});
    assertEquals(0, DataFrames.trafficClass(empty, 0));
    assertFalse(DataFrames.read(empty, seen), "without its field");
  }

  @Test
  void aNameHasItsLengthAndItsLetters() {
    List<String> bad = List.of("", "Wg", "wg.2", "w g", "wg\0", "ä", "a".repeat(33));
    bad.forEach(name -> assertFalse(readsOpen(32_768, name), name));
    List.of("a", "0", "-", "_", "a".repeat(32))
        .forEach(name -> assertTrue(readsOpen(32_768, name), name));
    assertFalse(readsOpen(32_767, "wg"), "a flow of the fixed target");
  }

  private boolean readsOpen(int flow, String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    packet.clear().put((byte) 0x04).putShort((short) (2 + bytes.length)).putShort((short) flow);
    return DataFrames.read(packet.put(bytes).flip(), seen);
  }

  @Test
  void pathFramesComeOutAsTheyWentIn() {
    long large = (1L << 48) - 1;
    PathFrames.putPing(packet, 1, large, 2);
    assertEquals(PathFrames.PADDED_PING_BYTES, packet.position());
    PathFrames.putPong(packet, -1, 3, large, 5, 65_507);
    assertEquals(PathFrames.PADDED_PING_BYTES + PathFrames.PONG_BYTES, packet.position());
    PathFrames.putChallenge(packet, Long.MIN_VALUE);
    PathFrames.putResponse(packet, 9);
    int before = packet.position();
    PathFrames.putAsk(packet, -1, 255, new long[] {large - 65_535, large - 1, large}, 3);
    assertEquals(before + PathFrames.askBytes(3), packet.position());
    PathFrames.putMark(packet, 255, large);
    assertEquals(before + PathFrames.askBytes(3) + PathFrames.MARK_BYTES, packet.position());
    before = packet.position();
    PathFrames.putParity(packet, 255, large - 63, 65_535, 700, ByteBuffer.allocate(701));
    assertEquals(before + PathFrames.parityBytes(701), packet.position());
    PathFrames.putParity(packet, 0, 0, 0, 0, ByteBuffer.allocate(0));
    assertTrue(PathFrames.read(packet.flip(), seen));
    assertEquals(
        List.of(
            "ping 1 " + large + " 2",
            "pong -1 3 " + large + " 5 65507",
            "challenge " + Long.MIN_VALUE,
            "response 9",
            "ask -1 255 " + (large - 65_535) + " +65534 +65535",
            "mark 255 " + large,
            "parity 255 " + (large - 63) + " 65535 700 701",
            "parity 0 0 0 0 0"),
        seen.frames);
  }

  @Test
  void aPaddedPingIsAsLongAsWhatAnswersItFromAnUnknownAddress() {
    assertEquals(PathFrames.PADDED_PING_BYTES, PathFrames.PONG_BYTES + PathFrames.TOKEN_BYTES);
  }

  @Test
  void aProbeIsKnownAsOneAndHoldsNothing() {
    PathFrames.putProbe(packet, 1_000);
    assertEquals(1_000, packet.position());
    assertTrue(PathFrames.isProbe(packet.flip()));
    assertTrue(PathFrames.read(packet, seen));
    PathFrames.putPing(packet.clear(), 1, 2, 3);
    assertFalse(PathFrames.isProbe(packet.flip()));
    assertFalse(PathFrames.isProbe(ByteBuffer.allocate(0)));
    assertEquals(List.of(), seen.frames);
  }

  @Test
  void aFragmentOfNoDatagramIsMalformed() {
    for (byte[] place : new byte[][] {{0, 0}, {0, 1}, {2, 2}, {-1, 2}}) {
      ByteBuffer ordered = ByteBuffer.wrap(new byte[12]);
      ordered.put((byte) 7).putShort((short) 9).position(10).put(place).flip();
      assertFalse(DataFrames.read(ordered, seen));
      ByteBuffer frame = ByteBuffer.wrap(new byte[11]);
      frame.put((byte) 3).putShort((short) 8).position(9).put(place).flip();
      assertFalse(DataFrames.read(frame, seen));
    }
    assertEquals(List.of(), seen.frames);
  }

  @Test
  void aQuestionForTooManyPacketsIsMalformed() {
    int most = PathFrames.MAX_ASKED;
    PathFrames.putAsk(packet, 1, 2, new long[most], most);
    assertTrue(PathFrames.read(packet.flip(), seen));
    PathFrames.putAsk(packet.clear(), 1, 2, new long[most + 1], most + 1);
    assertFalse(PathFrames.read(packet.flip(), seen));
    packet.clear().put((byte) 0x16).putShort((short) 12).put(new byte[12]);
    assertFalse(PathFrames.read(packet.flip(), seen), "half an offset");
  }

  @Test
  void anUnknownFrameIsSkippedAndFieldsAddedLaterAreIgnored() {
    packet.put((byte) 0x7f).putShort((short) 4).putInt(1);
    packet.put((byte) 0x02).putShort((short) 3).put((byte) 9).putShort((short) 0);
    assertTrue(DataFrames.read(packet.flip(), seen));
    assertEquals(List.of("close 9"), seen.frames);
  }

  @Test
  void whatDoesNotFitIsMalformed() {
    for (byte[] bad :
        new byte[][] {
          {1},
          {1, 0},
          {1, 0, 5, 0, 0},
          {1, 0, 1, 0},
          {2, 0, 0},
          {4, 0, 2, -1, 0},
          {5, 0, 2, 0, 0},
          {0x7f, 0, 1}
        }) {
      assertFalse(DataFrames.read(ByteBuffer.wrap(bad), seen));
    }
    assertFalse(PathFrames.read(ByteBuffer.wrap(new byte[] {0x11, 0, 4, 0, 0, 0, 0}), seen));
    assertEquals(List.of(), seen.frames);
  }

  @Test
  void garbageNeverThrows() {
    long seed = System.nanoTime();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < 200_000; i++) {
      byte[] garbage = new byte[random.nextInt(40)];
      random.nextBytes(garbage);
      if (garbage.length > 2) {
        garbage[0] = (byte) random.nextInt(0x16); // mostly known types, with lengths that may fit
        garbage[1] = 0;
      }
      try {
        DataFrames.read(ByteBuffer.wrap(garbage), seen);
        PathFrames.read(ByteBuffer.wrap(garbage), seen);
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed, e);
      }
      seen.frames.clear();
    }
  }
}

package dev.mptunnel.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StreamFramesTest {

  private static final class Seen implements StreamFrames.Handler {
    private final List<String> frames = new ArrayList<>();

    @Override
    public void onOpen(int connection, String target) {
      frames.add("open " + connection + " '" + target + "'");
    }

    @Override
    public void onChunk(int connection, long offset, ByteBuffer bytes) {
      frames.add("chunk " + connection + " " + offset + " " + StandardCharsets.UTF_8.decode(bytes));
    }

    @Override
    public void onFin(int connection, long end) {
      frames.add("fin " + connection + " " + end);
    }

    @Override
    public void onCredit(int connection, long limit) {
      frames.add("credit " + connection + " " + limit);
    }

    @Override
    public void onReset(int connection, int code) {
      frames.add("reset " + connection + " " + code);
    }

    @Override
    public void onGot(long records) {
      frames.add("got " + records);
    }

    @Override
    public void onPing() {
      frames.add("ping");
    }

    @Override
    public void onConnected(int connection) {
      frames.add("connected " + connection);
    }
  }

  private final ByteBuffer record = ByteBuffer.allocate(1_000);
  private final Seen seen = new Seen();

  @Test
  void framesComeOutAsTheyWentIn() {
    String longest = "a".repeat(Destination.MAX_BYTES - 6) + ":65535";
    StreamFrames.putOpen(record, -1, "");
    int before = record.position();
    StreamFrames.putOpen(record, 7, longest);
    assertEquals(StreamFrames.MAX_CONTROL_BYTES, record.position() - before);
    before = record.position();
    StreamFrames.putChunk(record, 7, Long.MAX_VALUE - 5, 3);
    assertEquals(StreamFrames.CHUNK_OVERHEAD_BYTES, record.position() - before);
    record.put(new byte[] {'a', 'b', 'c'});
    StreamFrames.putFin(record, 7, Long.MAX_VALUE);
    StreamFrames.putCredit(record, 7, 1L << 40);
    StreamFrames.putReset(record, Integer.MAX_VALUE, 65_535);
    StreamFrames.putGot(record, 5);
    StreamFrames.putConnected(record, 8);
    assertTrue(StreamFrames.read(record.flip(), seen));
    assertEquals(
        List.of(
            "open -1 ''",
            "open 7 '" + longest + "'",
            "chunk 7 " + (Long.MAX_VALUE - 5) + " abc",
            "fin 7 " + Long.MAX_VALUE,
            "credit 7 " + (1L << 40),
            "reset " + Integer.MAX_VALUE + " 65535",
            "got 5",
            "connected 8"),
        seen.frames);
  }

  @Test
  void whatIsNotKnownIsSkippedAndFieldsBehindTheKnownAreIgnored() {
    record.put((byte) 0x7f).putShort((short) 2).put(new byte[2]);
    record.put((byte) 0x25).putShort((short) 9).putLong(5).put((byte) 1);
    assertTrue(StreamFrames.read(record.flip(), seen));
    assertEquals(List.of("got 5"), seen.frames);
  }

  @Test
  void malformedOnesAreRefused() {
    assertFalse(reads(0x25, 7, 0), "too short a frame");
    assertFalse(reads(0x25, 8, -1), "a negative count");
    assertFalse(reads(0x22, 12, -1), "a negative end");
    assertFalse(reads(0x20, 12, 0), "a name with zeros");
    record.clear().put((byte) 0x25).putShort((short) 100).putLong(5);
    assertFalse(StreamFrames.read(record.flip(), seen), "a frame beyond the record");
    record.clear().put((byte) 0x25).put((byte) 0);
    assertFalse(StreamFrames.read(record.flip(), seen), "half a head");
  }

  private boolean reads(int type, int lengthBytes, long fill) {
    record.clear().put((byte) type).putShort((short) lengthBytes);
    for (int i = 0; i < lengthBytes; i++) {
      record.put((byte) fill);
    }
    return StreamFrames.read(record.flip(), seen);
  }
}

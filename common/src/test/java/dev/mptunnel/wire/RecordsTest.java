package dev.mptunnel.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** The head of a record, byte for byte. */
class RecordsTest {

  private final ByteBuffer record = ByteBuffer.allocate(8);

  @Test
  void theHeadIsALengthAndWhetherItIsTheLastOne() {
    Records.putHead(record, 3, 0x1234, false);
    assertArrayEquals(new byte[] {0, 0, 0, 0x12, 0x34, 0, 0, 0}, record.array());
    Records.putHead(record, 3, 0x1234, true);
    assertArrayEquals(new byte[] {0, 0, 0, (byte) 0x92, 0x34, 0, 0, 0}, record.array());
    assertEquals(0, record.position(), "writing the head does not move the position");
  }

  @Test
  void everyLengthIsReadAsItWasWritten() {
    record.position(3);
    for (int length = 0; length <= 0x7fff; length++) {
      Records.putHead(record, 3, length, false);
      assertEquals(length, Records.length(record));
      assertFalse(Records.isLast(record));
      Records.putHead(record, 3, length, true);
      assertEquals(length, Records.length(record));
      assertTrue(Records.isLast(record));
    }
    assertEquals(3, record.position());
  }

  @Test
  void theLongestRecordHasALengthThatFits() {
    assertEquals(
        Records.HEAD_BYTES + StreamFrames.MAX_RECORD_BYTES + Records.MAX_TAG_BYTES,
        Records.MAX_BYTES);
    assertTrue(StreamFrames.MAX_RECORD_BYTES + Records.MAX_TAG_BYTES <= 0x7fff);
  }
}

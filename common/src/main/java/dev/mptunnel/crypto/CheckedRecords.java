package dev.mptunnel.crypto;

import dev.mptunnel.wire.Records;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Records in plain mode: a CRC32C over the tunnel's key, the record's number, head and frames. It
 * stops accidents, not a forger.
 */
final class CheckedRecords implements RecordProtection {

  private static final int TAG_BYTES = 4;

  private final byte[] key;
  private final CRC32C crc = new CRC32C();
  private long number;

  CheckedRecords(byte[] key) {
    this.key = key;
  }

  @Override
  public int tagBytes() {
    return TAG_BYTES;
  }

  @Override
  public void seal(ByteBuffer record, boolean last) {
    int end = record.limit();
    int length = record.remaining() - Records.HEAD_BYTES + TAG_BYTES;
    Records.putHead(record, record.position(), length, last);
    int check = check(record, end);
    record.limit(end + TAG_BYTES).putInt(end, check);
  }

  @Override
  public ByteBuffer open(ByteBuffer record, ByteBuffer room) {
    int end = record.limit() - TAG_BYTES;
    if (record.getInt(end) != check(record, end)) {
      return null;
    }
    return record.slice(
        record.position() + Records.HEAD_BYTES, end - record.position() - Records.HEAD_BYTES);
  }

  private int check(ByteBuffer record, int end) {
    crc.reset();
    crc.update(key);
    crc.update(ByteBuffer.allocate(Long.BYTES).putLong(number++).flip());
    int start = record.position();
    crc.update(record.array(), record.arrayOffset() + start, end - start);
    return (int) crc.getValue();
  }
}

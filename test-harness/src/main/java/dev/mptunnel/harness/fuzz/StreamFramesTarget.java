package dev.mptunnel.harness.fuzz;

import dev.mptunnel.wire.StreamFrames;
import java.nio.ByteBuffer;
import java.util.List;

/** The frames of tunnels' records: what is read of them, written anew, is read alike. */
final class StreamFramesTarget implements FuzzTarget {

  @Override
  public void accept(byte[] input) {
    ByteBuffer frames = ByteBuffer.wrap(input);
    Writer first = new Writer(input.length);
    if (StreamFrames.read(frames, first)) {
      Must.equal(input.length, frames.position(), "read up to");
      Must.equal(input.length, frames.limit(), "limit");
    }
    ByteBuffer written = first.record.flip();
    Writer second = new Writer(input.length);
    Must.hold(StreamFrames.read(written.duplicate(), second), "we write what we cannot read");
    Must.equal(written, second.record.flip(), "frames written once more");
  }

  /** Writes what it is handed; never more than was read, or the buffer overflows. */
  private static final class Writer implements StreamFrames.Handler {

    private final ByteBuffer record;

    Writer(int capacityBytes) {
      record = ByteBuffer.allocate(capacityBytes);
    }

    @Override
    public void onOpen(int connection, String target) {
      StreamFrames.putOpen(record, connection, target);
    }

    @Override
    public void onChunk(int connection, long offset, ByteBuffer bytes) {
      StreamFrames.putChunk(record, connection, offset, bytes.remaining());
      record.put(bytes);
    }

    @Override
    public void onFin(int connection, long end) {
      Must.hold(end >= 0, "a negative end");
      StreamFrames.putFin(record, connection, end);
    }

    @Override
    public void onCredit(int connection, long limit) {
      Must.hold(limit >= 0, "a negative limit");
      StreamFrames.putCredit(record, connection, limit);
    }

    @Override
    public void onReset(int connection, int code) {
      StreamFrames.putReset(record, connection, code);
    }

    @Override
    public void onGot(long records) {
      Must.hold(records >= 0, "a negative count");
      StreamFrames.putGot(record, records);
    }

    @Override
    public void onPing() {
      StreamFrames.putPing(record);
    }

    @Override
    public void onConnected(int connection) {
      StreamFrames.putConnected(record, connection);
    }
  }

  @Override
  public List<byte[]> seeds() {
    ByteBuffer record = ByteBuffer.allocate(200);
    StreamFrames.putOpen(record, 1, "wg");
    StreamFrames.putOpen(record, 2, "");
    StreamFrames.putChunk(record, 3, 4, 5);
    record.put(new byte[5]);
    StreamFrames.putFin(record, 6, 7);
    StreamFrames.putCredit(record, 8, 9);
    StreamFrames.putReset(record, 10, 11);
    StreamFrames.putGot(record, 12);
    StreamFrames.putOpen(record, 13, "[2001:db8:0:0:0:0:0:1]:443");
    StreamFrames.putConnected(record, 13);
    byte[] all = new byte[record.position()];
    record.flip().get(all);
    return List.of(all);
  }
}

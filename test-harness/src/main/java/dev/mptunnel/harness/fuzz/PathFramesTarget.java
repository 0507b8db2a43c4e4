package dev.mptunnel.harness.fuzz;

import dev.mptunnel.wire.PathFrames;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The frames of PATH packets: what is read of them, written anew, is read alike. */
final class PathFramesTarget implements FuzzTarget {

  @Override
  public void accept(byte[] input) {
    ByteBuffer frames = ByteBuffer.wrap(input);
    Writer first = new Writer(input.length);
    if (PathFrames.read(frames, first)) {
      Must.equal(input.length, frames.position(), "read up to");
    }
    Must.equal(input.length, frames.limit(), "limit");
    Writer second = new Writer(input.length);
    Must.hold(PathFrames.read(first.packet.flip(), second), "we write what we cannot read");
    Must.equal(first.fields, second.fields, "frames written anew");
    Must.equal(first.packet.rewind(), second.packet.flip(), "frames written once more");
  }

  private static final class Writer implements PathFrames.Handler {

    private final ByteBuffer packet;
    private final List<Long> fields = new ArrayList<>();

    /** With room for the padding of each PING that so many bytes may hold. */
    Writer(int lengthBytes) {
      packet = ByteBuffer.allocate(2 * lengthBytes);
    }

    @Override
    public void onPing(int id, long sent, long arrived) {
      fields.addAll(List.of((long) id, sent, arrived));
      PathFrames.putPing(packet, id, sent, arrived);
    }

    @Override
    public void onPong(int id, long sent, long arrived, long delivered, int longestBytes) {
      fields.addAll(List.of((long) id, sent, arrived, delivered));
      PathFrames.putPong(packet, id, sent, arrived, delivered, longestBytes);
    }

    @Override
    public void onChallenge(long token) {
      fields.add(token);
      PathFrames.putChallenge(packet, token);
    }

    @Override
    public void onResponse(long token) {
      fields.add(token);
      PathFrames.putResponse(packet, token);
    }

    @Override
    public void onAsk(int question, int epoch, long first, ByteBuffer offsets) {
      long[] counters = new long[PathFrames.MAX_ASKED];
      counters[0] = first;
      int count = 1;
      while (offsets.hasRemaining()) {
        counters[count++] = first + (offsets.getShort() & 0xffff);
      }
      fields.addAll(List.of((long) question, (long) epoch));
      for (int place = 0; place < count; place++) {
        fields.add(counters[place]);
      }
      PathFrames.putAsk(packet, question, epoch, counters, count);
    }

    @Override
    public void onMark(int epoch, long highest) {
      fields.addAll(List.of((long) epoch, highest));
      PathFrames.putMark(packet, epoch, highest);
    }

    @Override
    public void onParity(int epoch, long first, int lengths, int offset, ByteBuffer bytes) {
      fields.addAll(List.of((long) epoch, first, (long) lengths, (long) offset));
      PathFrames.putParity(packet, epoch, first, lengths, offset, bytes.duplicate());
    }

    @Override
    public void onEcn(int field) {
      fields.add((long) field);
      PathFrames.putEcn(packet, field);
    }

    @Override
    public void onState(int state) {
      fields.add((long) state);
      PathFrames.putState(packet, state);
    }
  }

  @Override
  public List<byte[]> seeds() {
    ByteBuffer packet = ByteBuffer.allocate(160);
    PathFrames.putPing(packet, 1, 2, 3);
    PathFrames.putPong(packet, 4, 5, 6, 7, 8);
    PathFrames.putChallenge(packet, 8);
    PathFrames.putResponse(packet, 9);
    PathFrames.putAsk(packet, 10, 11, new long[] {12, 13, 12 + PathFrames.MAX_OFFSET}, 3);
    PathFrames.putMark(packet, 14, 15);
    PathFrames.putParity(packet, 16, 17 * 64, 18, 19, ByteBuffer.allocate(5));
    PathFrames.putEcn(packet, 3);
    PathFrames.putState(packet, PathFrames.PAUSED);
    byte[] all = new byte[packet.position()];
    packet.get(0, all);
    return List.of(all);
  }
}

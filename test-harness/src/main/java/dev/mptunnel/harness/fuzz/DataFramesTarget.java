package dev.mptunnel.harness.fuzz;

import dev.mptunnel.wire.DataFrames;
import dev.mptunnel.wire.Destination;
import dev.mptunnel.wire.Limits;
import dev.mptunnel.wire.TargetName;
import java.nio.ByteBuffer;
import java.util.List;

/** The frames of DATA packets: what is read of them, written anew, is read alike. */
final class DataFramesTarget implements FuzzTarget {

  @Override
  public void accept(byte[] input) {
    ByteBuffer frames = ByteBuffer.wrap(input);
    Writer first = new Writer(frames);
    if (DataFrames.read(frames, first)) {
      Must.equal(input.length, frames.position(), "read up to");
      Must.equal(input.length, frames.limit(), "limit");
    }
    ByteBuffer written = first.packet.flip();
    if (written.limit() == input.length) { // no frame was skipped, nor a field behind the known
      Must.equal(ByteBuffer.wrap(input), written, "frames written anew");
    }
    Writer second = new Writer(written);
    Must.hold(DataFrames.read(written.duplicate(), second), "we write what we cannot read");
    Must.equal(written, second.packet.flip(), "frames written once more");
  }

  /** Writes what it is handed; never more than was read, or the buffer overflows. */
  private static final class Writer implements DataFrames.Handler {

    private final ByteBuffer packet;

    Writer(ByteBuffer read) {
      packet = ByteBuffer.allocate(read.limit());
      int trafficClass = DataFrames.trafficClass(read, 0);
      Must.hold(trafficClass >= 0 && trafficClass <= 0xff, "the class " + trafficClass);
      if (trafficClass != 0) {
        DataFrames.putClass(packet, trafficClass);
      }
    }

    @Override
    public void onDatagram(int flow, ByteBuffer payload) {
      DataFrames.putDatagram(packet, flow, payload);
    }

    @Override
    public void onFragment(int flow, int id, int index, int count, ByteBuffer piece) {
      DataFrames.putFragment(packet, flow, id, index, count, piece);
    }

    @Override
    public void onOrdered(int flow, int sequence, int time, ByteBuffer payload) {
      Must.hold(sequence < DataFrames.SEQUENCES && time < DataFrames.TIMES, "fields too large");
      DataFrames.putOrdered(packet, flow, sequence, time, payload);
    }

    @Override
    public void onOrderedFragment(
        int flow, int sequence, int time, int index, int count, ByteBuffer piece) {
      DataFrames.putOrderedFragment(packet, flow, sequence, time, index, count, piece);
    }

    @Override
    public void onClose(int reason) {
      DataFrames.putClose(packet, reason);
    }

    @Override
    public void onOpen(int flow, String target) {
      Must.hold(flow >= Limits.FIRST_NAMED_FLOW, "a name for flow " + flow);
      Must.hold(TargetName.isName(target) || Destination.isWritten(target), "the name " + target);
      DataFrames.putOpen(packet, flow, target);
    }

    @Override
    public void onRefused(int flow, int reason) {
      DataFrames.putRefused(packet, flow, reason);
    }
  }

  @Override
  public List<byte[]> seeds() {
    ByteBuffer packet = ByteBuffer.allocate(29);
    DataFrames.putDatagram(packet, 7, ByteBuffer.wrap(new byte[] {1, 2, 3}));
    DataFrames.putClose(packet, 0);
    DataFrames.putFragment(packet, 7, 1, 1, 2, ByteBuffer.wrap(new byte[] {4, 5}));
    ByteBuffer named = ByteBuffer.allocate(32);
    DataFrames.putOpen(named, 40_000, "wg-2");
    DataFrames.putDatagram(named, 40_000, ByteBuffer.wrap(new byte[] {1, 2, 3}));
    DataFrames.putRefused(named, 40_000, DataFrames.REFUSED_NOT_ALLOWED);
    ByteBuffer ordered = ByteBuffer.allocate(40);
    DataFrames.putOrdered(ordered, 7, 0xabcdef, 65_535, ByteBuffer.wrap(new byte[] {1, 2, 3}));
    DataFrames.putOrderedFragment(ordered, 7, 0, 1, 1, 2, ByteBuffer.wrap(new byte[] {4, 5}));
    ByteBuffer marked = ByteBuffer.allocate(12);
    DataFrames.putClass(marked, 0xb9);
    DataFrames.putDatagram(marked, 7, ByteBuffer.wrap(new byte[] {1, 2, 3}));
    // Zeros behind them: no frame.
    return List.of(packet.array(), named.array(), ordered.array(), marked.array());
  }
}

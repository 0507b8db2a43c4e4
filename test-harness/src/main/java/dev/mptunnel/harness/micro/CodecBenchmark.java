package dev.mptunnel.harness.micro;

import dev.mptunnel.wire.DataFrames;
import dev.mptunnel.wire.Header;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Writing and reading a DATA packet with one datagram, neither sealed nor summed up. */
@State(Scope.Thread)
public class CodecBenchmark {

  private static final int FLOW = 7;

  /** How long the datagram is. */
  @Param({"1400", "200"})
  public int bytes;

  private final ByteBuffer packet = ByteBuffer.allocate(2048);
  private final Reading reading = new Reading();
  private ByteBuffer datagram;
  private long counter;

  /** What is read goes nowhere. */
  private static final class Reading implements DataFrames.Handler {

    private long read;

    @Override
    public void onDatagram(int flow, ByteBuffer payload) {
      read += flow + payload.remaining();
    }

    @Override
    public void onOrdered(int flow, int sequence, int time, ByteBuffer payload) {
      read += flow + sequence + time + payload.remaining();
    }

    @Override
    public void onFragment(int flow, int id, int index, int count, ByteBuffer piece) {
      throw new AssertionError("no fragment was written");
    }

    @Override
    public void onOrderedFragment(
        int flow, int sequence, int time, int index, int count, ByteBuffer piece) {
      throw new AssertionError("no fragment was written");
    }

    @Override
    public void onClose(int reason) {
      throw new AssertionError("no close was written");
    }

    @Override
    public void onOpen(int flow, String target) {
      throw new AssertionError("no open was written");
    }

    @Override
    public void onRefused(int flow, int reason) {
      throw new AssertionError("no refusal was written");
    }
  }

  /** Makes the datagram, and a packet to read. */
  @Setup
  public void start() {
    datagram = ByteBuffer.allocate(bytes);
    write();
  }

  @Benchmark
  public ByteBuffer write() {
    Header.putData(packet.clear(), true, 1, 1, counter);
    packet.position(Header.LENGTH);
    int sequence = (int) (counter & DataFrames.SEQUENCES - 1);
    DataFrames.putOrdered(packet, FLOW, sequence, 0, datagram.clear());
    counter++;
    return packet.flip();
  }

  @Benchmark
  public long read() {
    packet.position(0);
    long number = Header.sessionId(packet) + Header.epoch(packet) + Header.dataCounter(packet);
    if (!DataFrames.read(packet.position(Header.LENGTH), reading)) {
      throw new AssertionError("what was written cannot be read");
    }
    return number + reading.read;
  }
}

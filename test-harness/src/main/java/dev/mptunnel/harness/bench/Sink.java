package dev.mptunnel.harness.bench;

import dev.mptunnel.config.EngineChoice;
import dev.mptunnel.harness.bench.BenchDatagram.Kind;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.DatagramHandler;
import dev.mptunnel.net.DatagramPort;
import dev.mptunnel.net.Engines;
import dev.mptunnel.net.PortOptions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The far end of a benchmark, the target of whatever is measured: counts or echoes, as each
 * datagram says. What it sends goes the way back.
 */
final class Sink implements AutoCloseable, DatagramHandler {

  /** What generator and sink ask for, each way: some 6,000 full datagrams on loopback. */
  static final int BUFFER_BYTES = 16 << 20;

  private static final int REPORT_EACH = 64;
  private static final int MAX_RUNS = 16;

  private final DatagramEngine engine;
  private final DatagramPort port;

  /** The runs that began last, with late ones of those before. */
  private final Map<Integer, Counted> runs =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, Counted> eldest) {
          return size() > MAX_RUNS;
        }
      };

  private final ByteBuffer report = ByteBuffer.allocate(BenchDatagram.MIN_BYTES);
  private long sequence;

  /** The run that the last datagram was of. */
  private Counted current = new Counted(0);

  /** What came of one run. */
  private static final class Counted {

    private final int run;
    private final Arrivals arrivals = new Arrivals();
    private long reported;

    private Counted(int run) {
      this.run = run;
    }
  }

  private Sink(DatagramEngine engine, InetSocketAddress local) throws IOException {
    this.engine = engine;
    port = engine.open(PortOptions.at(local).withBufferBytes(BUFFER_BYTES), this);
  }

  /**
   * Opens one.
   *
   * @param local where it listens; port 0 for a free one
   */
  static Sink open(InetSocketAddress local) throws IOException {
    DatagramEngine engine = Engines.open(EngineChoice.AUTO, "bench-sink");
    try {
      return new Sink(engine, local);
    } catch (IOException e) {
      engine.close();
      throw e;
    }
  }

  InetSocketAddress address() {
    return port.localAddress();
  }

  @Override
  public void onDatagram(DatagramPort from, InetSocketAddress source, ByteBuffer datagram) {
    if (!BenchDatagram.isOne(datagram)) {
      return;
    }
    Kind kind = BenchDatagram.kind(datagram);
    int run = BenchDatagram.run(datagram);
    if (run != current.run) {
      current = runs.computeIfAbsent(run, Counted::new);
    }
    if (kind == Kind.QUESTION) {
      report(source);
    } else if (!current.arrivals.take(BenchDatagram.index(datagram))) {
      return;
    } else if (kind == Kind.ECHOED) {
      BenchDatagram.turnToEcho(datagram, sequence++);
      port.send(datagram, source);
    } else if (kind == Kind.REPORTED
        && current.arrivals.distinct() - current.reported >= REPORT_EACH) {
      report(source);
    }
  }

  private void report(InetSocketAddress source) {
    current.reported = current.arrivals.distinct();
    BenchDatagram.write(report, sequence++, Kind.REPORT, current.run, 0, 0);
    BenchDatagram.writeCounts(report, current.reported, current.arrivals.duplicates());
    port.send(report, source);
  }

  @Override
  public void onBatchEnd(DatagramPort from) {
    from.flush();
  }

  @Override
  public void onError(DatagramPort from, IOException error) {
    // A program that was ended: what it would have had is lost, and that is counted.
  }

  /** What the kernel dropped since the sink was too slow, which spoils a measurement. */
  long drops() {
    long[] drops = new long[1];
    engine.runAndWait(() -> drops[0] = port.receiveDrops());
    return drops[0];
  }

  @Override
  public void close() {
    engine.close();
  }
}

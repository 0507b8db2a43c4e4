package dev.mptunnel.harness.bench;

import dev.mptunnel.harness.lab.LogDirectory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * All chains of a comparison, up at once. They are measured in turn, a slice each, so that whatever
 * else the machine does hits all of them alike.
 */
final class ChainSet implements AutoCloseable {

  /** Long beside the kernel's ticks, short beside other people's builds. */
  static final long SLICE_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** With more sessions than this a full load would begin with as many new flows at once. */
  private static final int FEW_SESSIONS = 100;

  private static final int WARM_UP_PER_SECOND = 2_000;

  private final LogDirectory directory;
  private final Sink sink;
  private final int sessions;
  private final List<Chain> chains = new ArrayList<>();

  private ChainSet(LogDirectory directory, Sink sink, int sessions) {
    this.directory = directory;
    this.sink = sink;
    this.sessions = sessions;
  }

  /** Starts all of them, with so many sessions each. */
  static ChainSet start(List<Plan> plans, BenchOptions options, int sessions) throws IOException {
    LogDirectory directory = LogDirectory.open(options.logs());
    Sink sink = Sink.open(new InetSocketAddress("127.0.0.1", 0));
    ChainSet set = new ChainSet(directory, sink, sessions);
    try {
      ChainStarter starter = new ChainStarter(directory.path(), sink.address(), options, sessions);
      for (Plan plan : plans) {
        set.chains.add(starter.start(plan));
      }
      return set;
    } catch (IOException | RuntimeException e) {
      set.close();
      throw e;
    }
  }

  List<Chain> chains() {
    return chains;
  }

  /**
   * Has each carry as much as it can, so that it is compiled when it is measured; with many
   * sessions, each of which has its flow opened by this, a little.
   */
  void warmUp(long nanos, int bytes) throws IOException {
    inTurn(
        nanos,
        (_, _, sliceNanos) ->
            sessions <= FEW_SESSIONS
                ? Load.saturating(sliceNanos, bytes)
                : Load.counted(WARM_UP_PER_SECOND, sliceNanos, bytes),
        (_, _, _) -> {});
  }

  /** What a chain is to carry in a slice. */
  interface Loads {
    Load load(int index, Chain chain, long nanos) throws IOException;
  }

  /** What is done with what became of it. */
  interface Taker {
    void take(int index, Chain chain, Outcome outcome) throws IOException;
  }

  /** Gives each chain so much time, in slices. */
  void inTurn(long nanosEach, Loads loads, Taker taker) throws IOException {
    for (long done = 0; done < nanosEach; done += SLICE_NANOS) {
      long slice = Math.min(SLICE_NANOS, nanosEach - done);
      for (int i = 0; i < chains.size(); i++) {
        Chain chain = chains.get(i);
        taker.take(i, chain, chain.run(loads.load(i, chain, slice)));
      }
    }
  }

  /** What was lost at the sink itself so far. */
  long sinkDrops() {
    return sink.drops();
  }

  @Override
  public void close() throws IOException {
    chains.forEach(Chain::close);
    sink.close();
    directory.close();
  }
}

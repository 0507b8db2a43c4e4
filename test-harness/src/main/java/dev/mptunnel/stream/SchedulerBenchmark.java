package dev.mptunnel.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Choosing the tunnel of a chunk, where some are full. */
@State(Scope.Thread)
public class SchedulerBenchmark {

  private static final int CHUNK_BYTES = 16_000;
  private static final long MUCH = 1 << 20;

  /** How many tunnels there are. */
  @Param({"3", "12"})
  public int count;

  private final Scheduler scheduler = new Scheduler.EarliestDelivery();
  private final List<Tunnel> tunnels = new ArrayList<>();

  /** Makes the tunnels, each a little slower than the one before, every third of them full. */
  @Setup
  public void start() {
    for (int id = 0; id < count; id++) {
      Tunnel tunnel = new Tunnel(id, 0);
      Tunnel.Load record = tunnel.begin(0);
      record.add(() -> {}, () -> {});
      tunnel.send(0, record, CHUNK_BYTES);
      long answeredNanos = TimeUnit.MILLISECONDS.toNanos(10 + id);
      tunnel.onGot(answeredNanos, 1, _ -> {});
      tunnel.setWritable(answeredNanos, id % 3 != 0);
      tunnels.add(tunnel);
    }
  }

  @Benchmark
  public Object choose() {
    return scheduler.choose(tunnels, CHUNK_BYTES, MUCH, MUCH);
  }
}

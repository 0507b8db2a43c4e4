package dev.mptunnel.bridge;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.mptunnel.config.HostPort;
import dev.mptunnel.net.Addresses;
import dev.mptunnel.net.Engine;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the loops of a bridge know together of a server. Time is simulated. */
final class ServerWatchTest {

  private static final HostPort SERVER = new HostPort("192.0.2.1", 7_000);

  private final Paused engine = new Paused();
  private final UpstreamLog log = new UpstreamLog(SERVER, "UDP");
  private final ServerWatch watch = new ServerWatch(engine, SERVER, log);

  /** An engine that runs what it is given when it is told to. */
  private static final class Paused implements Engine {

    private final List<Runnable> tasks = new ArrayList<>();
    private long now;

    private int runAll() {
      List<Runnable> due = List.copyOf(tasks);
      tasks.clear();
      due.forEach(Runnable::run);
      return due.size();
    }

    @Override
    public String name() {
      return "paused";
    }

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
    }

    @Override
    public <T> CompletableFuture<T> call(Callable<T> work) {
      CompletableFuture<T> result = new CompletableFuture<>();
      tasks.add(
          () -> {
            try {
              result.complete(work.call());
            } catch (Exception e) {
              result.completeExceptionally(e);
            }
          });
      return result;
    }

    @Override
    public EngineTimer newTimer(Runnable task) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long nanoTime() {
      return now;
    }

    @Override
    public void close() {}
  }

  @Test
  void allLoopsAreToldTheSameAddress() {
    assertNull(watch.address());
    watch.resolve();
    watch.resolve();
    engine.runAll();
    InetSocketAddress found =
        new InetSocketAddress(Addresses.literal(SERVER.host()).getAddress(), 7_000);
    assertEquals(found, watch.address());
  }

  @Test
  void whileOneLoopHasAnswersNobodyAsksForAnotherAddress() {
    watch.resolve();
    engine.runAll();
    Upstream idle = new Upstream(SERVER, watch, log);
    Upstream busy = new Upstream(SERVER, watch, log);
    busy.answered(engine.now, 100);
    assertEquals(1, engine.runAll(), "that it is there");
    for (int second = 1; second <= 20; second++) {
      engine.now = TimeUnit.SECONDS.toNanos(second);
      idle.sent(engine.now, 100);
      busy.sent(engine.now, 100);
      busy.answered(engine.now, 100);
    }
    assertEquals(0, engine.runAll());
    for (int second = 21; second <= 28; second++) {
      engine.now = TimeUnit.SECONDS.toNanos(second);
      idle.sent(engine.now, 100);
      busy.sent(engine.now, 100);
    }
    assertEquals(1, engine.runAll(), "both ask, which is once");
    idle.answered(engine.now, 100);
    idle.answered(engine.now, 100);
    assertEquals(1, engine.runAll(), "it is told once that the server answers");
  }

  @Test
  void refusalsByTheThousandAreOneQuestion() {
    Upstream refused = new Upstream(SERVER, watch, log);
    for (int i = 0; i < 1_000; i++) {
      refused.refused();
    }
    assertEquals(1, engine.runAll());
    refused.refused();
    assertEquals(1, engine.runAll(), "and later another");
  }
}

package dev.mptunnel.harness.bench;

import dev.mptunnel.config.EngineChoice;
import dev.mptunnel.harness.bench.BenchDatagram.Kind;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.DatagramHandler;
import dev.mptunnel.net.DatagramPort;
import dev.mptunnel.net.Engine;
import dev.mptunnel.net.Engines;
import dev.mptunnel.net.PortOptions;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The near end of a benchmark: an application, or many, that send on schedule and take what comes
 * back. On the native engine, so in batches, joined where they are for one address: it costs less
 * than anything that it measures.
 */
final class Generator implements AutoCloseable, DatagramHandler {

  private static final Duration BEYOND_LOAD = Duration.ofSeconds(30);
  private static final long ASK_EACH_NANOS = 50_000_000;

  private final DatagramEngine engine;
  private final List<Lane> lanes = new ArrayList<>();
  private final List<DatagramPort> unsent = new ArrayList<>();
  private final Engine.EngineTimer timer;

  // Of the engine's thread alone:
  private LoadRun current;
  private CompletableFuture<Outcome> result;

  /** From anywhere, for a sink may serve several generators. */
  private int run = ThreadLocalRandom.current().nextInt();

  private long sequence;
  private boolean answered;

  /** A socket and where it sends to; null if it is connected there. */
  private record Lane(DatagramPort port, InetSocketAddress remote) {}

  private final LoadRun.Way way =
      new LoadRun.Way() {
        @Override
        public void send(long index, ByteBuffer datagram) {
          Lane lane = lanes.get((int) (index % lanes.size()));
          lane.port.send(datagram, lane.remote);
          if (unsent.isEmpty() || !unsent.getLast().equals(lane.port)) {
            unsent.add(lane.port);
          }
        }

        @Override
        public void flush() {
          for (int i = 0; i < unsent.size(); i++) {
            unsent.get(i).flush();
          }
          unsent.clear();
        }
      };

  private Generator(DatagramEngine engine) {
    this.engine = engine;
    timer = engine.newTimer(this::advance);
  }

  /**
   * Opens one.
   *
   * @param entries where to send to, in turn
   * @param sources how many applications there are: sockets, where there is one entry; where there
   *     are several, one socket sends to all of them
   */
  static Generator open(List<InetSocketAddress> entries, int sources) throws IOException {
    DatagramEngine engine = Engines.open(EngineChoice.AUTO, "bench-generator");
    Generator generator = new Generator(engine);
    try {
      generator.openLanes(entries, sources);
      engine.runAndWait(TimerSlack::remove);
      return generator;
    } catch (IOException e) {
      engine.close();
      throw e;
    }
  }

  private void openLanes(List<InetSocketAddress> entries, int sources) throws IOException {
    if (entries.size() == 1) {
      for (int i = 0; i < sources; i++) {
        PortOptions options = PortOptions.connected(entries.getFirst());
        lanes.add(new Lane(opened(options), null));
      }
      return;
    }
    InetAddress any = InetAddress.ofLiteral("0.0.0.0");
    DatagramPort port = opened(PortOptions.at(new InetSocketAddress(any, 0)));
    entries.forEach(entry -> lanes.add(new Lane(port, entry)));
  }

  private DatagramPort opened(PortOptions options) throws IOException {
    return engine.open(options.withBufferBytes(Sink.BUFFER_BYTES), this);
  }

  /**
   * Waits until a sink answers by every way.
   *
   * @throws IOException when none does within the limit
   */
  void awaitSink(Duration limit) throws IOException {
    for (int lane = 0; lane < lanes.size(); lane++) {
      int number = lane;
      engine.runAndWait(() -> answered = false);
      long deadlineNanos = System.nanoTime() + limit.toNanos();
      while (!isAnswered(number)) {
        if (System.nanoTime() - deadlineNanos > 0) {
          throw new IOException("waited " + limit.toSeconds() + " s in vain for an answer");
        }
      }
    }
  }

  private boolean isAnswered(int lane) throws IOException {
    engine.runAndWait(
        () -> {
          ByteBuffer question = ByteBuffer.allocate(BenchDatagram.MIN_BYTES);
          BenchDatagram.write(question, sequence++, Kind.QUESTION, run, 0, 0);
          Lane to = lanes.get(lane);
          to.port.send(question, to.remote);
          to.port.flush();
        });
    long deadlineNanos = System.nanoTime() + ASK_EACH_NANOS;
    boolean[] known = new boolean[1];
    while (!known[0] && System.nanoTime() - deadlineNanos < 0) {
      engine.runAndWait(() -> known[0] = answered);
      pause();
    }
    return known[0];
  }

  private static void pause() throws IOException {
    try {
      TimeUnit.MICROSECONDS.sleep(500);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Sends a load and waits for what becomes of it. */
  Outcome run(Load load) throws IOException {
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    engine.execute(
        () -> {
          run++;
          result = outcome;
          current = new LoadRun(load, run, sequence, way, System.nanoTime());
          advance();
        });
    try {
      return outcome.get(load.nanos() + BEYOND_LOAD.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new IOException("the generator cannot send so many", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }

  private void advance() {
    if (current == null) {
      return;
    }
    long now = System.nanoTime();
    long next = current.advance(now);
    if (next == Long.MAX_VALUE) {
      sequence = current.nextSequence();
      result.complete(current.outcome());
      current = null;
    } else {
      timer.set(engine.nanoTime() + Math.max(0, next - now));
    }
  }

  @Override
  public void onDatagram(DatagramPort port, InetSocketAddress source, ByteBuffer datagram) {
    if (current != null) {
      current.onDatagram(datagram, System.nanoTime());
    } else if (BenchDatagram.isOne(datagram) && BenchDatagram.kind(datagram) == Kind.REPORT) {
      answered = true;
    }
  }

  @Override
  public void onBatchEnd(DatagramPort port) {
    advance(); // a window may have opened, or the last one have come
  }

  @Override
  public void onError(DatagramPort port, IOException error) {
    // Nobody listens yet, or a program was ended: what it would have had is lost, and counted.
  }

  @Override
  public void close() {
    engine.close();
  }
}

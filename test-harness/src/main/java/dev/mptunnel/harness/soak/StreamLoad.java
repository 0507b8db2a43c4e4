package dev.mptunnel.harness.soak;

import dev.mptunnel.harness.Seed;
import dev.mptunnel.harness.lab.Namespace;
import dev.mptunnel.harness.lab.Wait;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * TCP connections through a tunnel to an echo, all of them checked: half of them stay, with some
 * bytes each way ten times a second, half are made again and again for a few bytes. Each place has
 * a thread, which goes on with a new connection when one broke.
 */
final class StreamLoad {

  private static final int BYTES_AT_A_TIME = 2_000;
  private static final Duration BETWEEN_TIMES = Duration.ofMillis(100);
  private static final int MAX_BRIEF_BYTES = 64 << 10;
  private static final int MAX_BRIEF_PAUSE_MILLIS = 1_000;
  private static final Duration AFTER_A_BREAK = Duration.ofMillis(250);
  private static final Duration END_LIMIT = Duration.ofSeconds(2 * CheckedConnection.STALL_SECONDS);
  private static final long MAX_ECHO_NANOS = 3_600_000_000_000L;

  private final Namespace host;
  private final InetSocketAddress entrance;
  private final Seed seed;
  private final RunClock clock;
  private final FaultLog faults;
  private final BrokenPromises broken;
  private final Histogram echoNanos = new ConcurrentHistogram(MAX_ECHO_NANOS, 2);
  private final AtomicLong opened = new AtomicLong();
  private final AtomicLong completed = new AtomicLong();
  private final AtomicLong excused = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final List<Thread> places = new ArrayList<>();
  private volatile boolean stopping;

  /**
   * @param host where connections are opened
   * @param entrance what they are opened to
   */
  StreamLoad(
      Namespace host,
      InetSocketAddress entrance,
      Seed seed,
      RunClock clock,
      FaultLog faults,
      BrokenPromises broken) {
    this.host = host;
    this.entrance = entrance;
    this.seed = seed;
    this.clock = clock;
    this.faults = faults;
    this.broken = broken;
  }

  /** Starts so many connections, half of each sort. */
  void start(int connections) {
    for (int i = 0; i < connections; i++) {
      RandomGenerator random = seed.part(i).generator();
      boolean stays = i % 2 == 0;
      places.add(Thread.ofVirtual().start(() -> keep(stays, random)));
    }
  }

  /** Lets those end that there are, in order. */
  void stop() throws IOException {
    stopping = true;
    long deadlineNanos = System.nanoTime() + END_LIMIT.toNanos();
    for (Thread place : places) {
      try {
        if (!place.join(Duration.ofNanos(Math.max(1, deadlineNanos - System.nanoTime())))) {
          broken.add(clock.nanos(), "a TCP connection does not end");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted", e);
      }
    }
  }

  private void keep(boolean stays, RandomGenerator random) {
    try {
      while (!stopping) {
        if (!connect(stays ? this::steadily : briefly(random))) {
          Wait.pass(AFTER_A_BREAK);
        } else if (!stays) {
          Wait.pass(Duration.ofMillis(random.nextInt(MAX_BRIEF_PAUSE_MILLIS)));
        }
      }
    } catch (IOException e) {
      broken.add(clock.nanos(), "the soak itself fails: " + e.getMessage());
    }
  }

  private int steadily() throws IOException {
    Wait.pass(BETWEEN_TIMES);
    return stopping ? 0 : BYTES_AT_A_TIME;
  }

  private static CheckedConnection.Source briefly(RandomGenerator random) {
    long[] left = {random.nextInt(1, MAX_BRIEF_BYTES + 1)};
    return () -> {
      int next = (int) Math.min(left[0], CheckedConnection.MAX_BYTES);
      left[0] -= next;
      return next;
    };
  }

  /** Whether it came to its end in order. */
  private boolean connect(CheckedConnection.Source source) {
    long id = opened.incrementAndGet();
    long fromNanos = clock.nanos();
    try (SocketChannel channel =
        host.within(() -> SocketChannel.open(StandardProtocolFamily.INET))) {
      channel.connect(entrance);
      CheckedConnection.Source counted =
          () -> {
            int next = source.next();
            bytes.addAndGet(next);
            return next;
          };
      new CheckedConnection(channel.socket(), id, counted, this::echoed).run();
      completed.incrementAndGet();
      return true;
    } catch (IOException e) {
      judge(id, fromNanos, e);
      return false;
    }
  }

  private void judge(long id, long fromNanos, IOException failure) {
    long now = clock.nanos();
    if (faults.excuses(fromNanos, now)) {
      excused.incrementAndGet();
    } else {
      String text = "TCP connection %d, opened at %.1f s: %s";
      broken.add(now, text.formatted(id, fromNanos / 1e9, failure.getMessage()));
    }
  }

  private void echoed(long nanos) {
    if (clock.nanos() >= 0) {
      echoNanos.recordValue(Math.min(nanos, MAX_ECHO_NANOS));
    }
  }

  /** How many were opened so far. */
  long opened() {
    return opened.get();
  }

  /** How many came to their end in order. */
  long completed() {
    return completed.get();
  }

  /** How many broke as an end was killed. */
  long excused() {
    return excused.get();
  }

  /** What was sent, each byte of which has come back or is under way. */
  long bytes() {
    return bytes.get();
  }

  /** How long a piece took there and back, since the measurement began. */
  Histogram echoNanos() {
    return echoNanos.copy();
  }
}

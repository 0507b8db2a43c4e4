package dev.mptunnel.net;

import dev.mptunnel.net.Engine.EngineTimer;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * A timer that is set far more often than it fires: putting it off, once a packet, only writes a
 * field, and the wake-up that is already scheduled looks again when it comes.
 */
final class NettyTimer implements EngineTimer {

  /** A wake-up for nothing that is further away is called off, with what it keeps in memory. */
  private static final long SOON_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final EventLoop loop;
  private final LongSupplier clock;
  private final Runnable task;

  private boolean set;
  private long dueNanos;

  private Future<?> wakeUp;
  private long wakeUpNanos;

  /**
   * @param clock what the times are of; it may leap forward, when the machine was suspended
   * @param task runs on the loop; must not throw
   */
  NettyTimer(EventLoop loop, LongSupplier clock, Runnable task) {
    this.loop = loop;
    this.clock = clock;
    this.task = task;
  }

  @Override
  public void set(long atNanos) {
    set = true;
    dueNanos = atNanos;
    if (wakeUp == null) {
      schedule();
    } else if (atNanos - wakeUpNanos < 0) {
      wakeUp.cancel(false);
      schedule();
    }
  }

  @Override
  public void cancel() {
    set = false;
    if (wakeUp != null && wakeUpNanos - clock.getAsLong() > SOON_NANOS) {
      wakeUp.cancel(false);
      wakeUp = null;
    }
  }

  private void schedule() {
    wakeUpNanos = dueNanos;
    long delayNanos = Math.max(0, dueNanos - clock.getAsLong());
    wakeUp = loop.schedule(this::wake, delayNanos, TimeUnit.NANOSECONDS);
  }

  private void wake() {
    wakeUp = null;
    if (!set) {
      return;
    }
    if (dueNanos - clock.getAsLong() > 0) {
      schedule();
      return;
    }
    set = false;
    task.run();
  }
}

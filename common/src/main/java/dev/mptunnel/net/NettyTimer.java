package dev.mptunnel.net;

import dev.mptunnel.net.DatagramEngine.EngineTimer;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * A timer that is set far more often than it fires: putting it off, once a packet, only writes a
 * field, and the wake-up that is already scheduled looks again when it comes.
 */
final class NettyTimer implements EngineTimer {

  private final EventLoop loop;
  private final Runnable task;

  private boolean set;
  private long dueNanos;

  private Future<?> wakeUp;
  private long wakeUpNanos;

  /**
   * @param task runs on the loop; must not throw
   */
  NettyTimer(EventLoop loop, Runnable task) {
    this.loop = loop;
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
  }

  private void schedule() {
    wakeUpNanos = dueNanos;
    long delayNanos = Math.max(0, dueNanos - System.nanoTime());
    wakeUp = loop.schedule(this::wake, delayNanos, TimeUnit.NANOSECONDS);
  }

  private void wake() {
    wakeUp = null;
    if (!set) {
      return;
    }
    if (dueNanos - System.nanoTime() > 0) {
      schedule();
      return;
    }
    set = false;
    task.run();
  }
}

package dev.mptunnel.net;

import dev.mptunnel.net.Engine.EngineTimer;
import java.util.Arrays;

/** The timers of one thread, the one to look at next in front: a binary heap. */
final class TimerQueue {

  private final Thread owner;
  private Timer[] heap = new Timer[16];
  private int size;

  /**
   * An empty one.
   *
   * @param owner the thread that alone may set timers and run them
   */
  TimerQueue(Thread owner) {
    this.owner = owner;
  }

  /** A timer that is not set. May be called from any thread. */
  EngineTimer newTimer(Runnable task) {
    return new Timer(task);
  }

  /** How long until a timer has to be looked at: 0 for now, the greatest number for never. */
  long untilNextNanos(long nowNanos) {
    return size == 0 ? Long.MAX_VALUE : Math.max(0, heap[0].lookNanos - nowNanos);
  }

  /**
   * Runs those that are due. Those that are set anew meanwhile have their turn the next time, or
   * one that always sets itself to now would leave nothing else a turn.
   *
   * @param defects is told what the tasks threw
   */
  void run(long nowNanos, Defects defects) {
    int turns = size;
    for (; turns > 0 && size > 0 && heap[0].lookNanos - nowNanos <= 0; turns--) {
      Timer timer = heap[0];
      if (timer.set && timer.dueNanos - nowNanos > 0) {
        timer.lookNanos = timer.dueNanos;
        siftDown(timer, 0);
        continue;
      }
      removeFirst();
      if (timer.set) {
        timer.set = false;
        defects.guard(timer.task);
      }
    }
  }

  private void add(Timer timer) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, 2 * size);
    }
    siftUp(timer, size++);
  }

  private void removeFirst() {
    heap[0].index = Timer.NONE;
    Timer last = heap[--size];
    heap[size] = null;
    if (size > 0) {
      siftDown(last, 0);
    }
  }

  private void siftUp(Timer timer, int from) {
    int index = from;
    while (index > 0) {
      Timer parent = heap[(index - 1) / 2];
      if (!timer.isBefore(parent)) {
        break;
      }
      put(parent, index);
      index = (index - 1) / 2;
    }
    put(timer, index);
  }

  private void siftDown(Timer timer, int from) {
    int index = from;
    for (int child = 2 * index + 1; child < size; child = 2 * index + 1) {
      if (child + 1 < size && heap[child + 1].isBefore(heap[child])) {
        child++;
      }
      if (!heap[child].isBefore(timer)) {
        break;
      }
      put(heap[child], index);
      index = child;
    }
    put(timer, index);
  }

  private void put(Timer timer, int index) {
    heap[index] = timer;
    timer.index = index;
  }

  /**
   * A timer that is set far more often than it fires: putting it off, once a packet, only writes a
   * field, and so does cancelling it; it is looked at when it was due first.
   */
  private final class Timer implements EngineTimer {

    static final int NONE = -1;

    private final Runnable task;
    private boolean set;
    private long dueNanos;
    private long lookNanos;
    private int index = NONE;

    Timer(Runnable task) {
      this.task = task;
    }

    boolean isBefore(Timer other) {
      return lookNanos - other.lookNanos < 0;
    }

    @Override
    public void set(long atNanos) {
      if (!owner.equals(Thread.currentThread())) {
        throw new IllegalStateException("a timer is set on another thread than its engine's");
      }
      set = true;
      dueNanos = atNanos;
      if (index == NONE) {
        lookNanos = atNanos;
        add(this);
      } else if (atNanos - lookNanos < 0) {
        lookNanos = atNanos;
        siftUp(this, index);
      }
    }

    @Override
    public void cancel() {
      set = false;
    }
  }
}

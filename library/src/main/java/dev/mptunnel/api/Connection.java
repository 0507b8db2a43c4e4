package dev.mptunnel.api;

import dev.mptunnel.net.ConnectionEnd;
import dev.mptunnel.net.Engine;
import dev.mptunnel.net.StriperDriver;
import dev.mptunnel.stream.StreamError;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.InterruptibleChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A stream of bytes each way, as TCP has them, carried by all tunnels of a session at once and
 * outliving any of them. {@link StripeClient#openConnection()} opens them, {@link
 * StripeServer#accept()} hands them out.
 *
 * <p><b>Threads.</b> All methods may be called from any thread. Reading and writing block, and are
 * meant for virtual threads: a connection has no thread of its own, and blocking pins none. One
 * thread may read while another writes; of several that read, or write, each goes on when the one
 * before has done.
 *
 * <p><b>Memory.</b> A connection keeps at most 64 KiB that were read ahead and 64 KiB that wait to
 * be sent, nothing while it is idle, and besides what the session keeps: what the peer does not
 * have yet, and what came before it was asked for, up to 16 MiB each way where one connection alone
 * is quick, and so much less where there are many that all of them stay within {@code withMemory}
 * of the options. A reader that stops stops its writer, which blocks in {@link #write}, and nobody
 * else.
 *
 * <p><b>Ends.</b> {@link #shutdownOutput} ends one way and {@link #close} both, in order, as TCP
 * does. Whatever breaks off does not look whole: where the peer is interrupted, closes without
 * having read all, or is gone, reading throws, and does not return -1.
 *
 * <p><b>Interrupts.</b> As of any {@link InterruptibleChannel}: to interrupt a thread that is
 * blocked here closes the connection, and so do interrupts that came before. The peer then sees a
 * reset.
 */
public final class Connection implements ByteChannel, InterruptibleChannel {

  /** What is read ahead, and what waits to be sent. */
  private static final int QUEUE_BYTES = 64 << 10;

  /** A connection that was closed, and whose peer does not end it, is reset after so long. */
  private static final long LINGER_NANOS = TimeUnit.SECONDS.toNanos(60);

  private static final int NONE = -1;

  private final StriperDriver driver;
  private final ConnectionList list;
  private final String target;
  private final Peer peer;
  private final long openedNanos;
  private final End end = new End();
  private Runnable onGone = () -> {};

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition readable = lock.newCondition();
  private final Condition writable = lock.newCondition();
  private final Condition opened = lock.newCondition();

  // Guarded by the lock.
  private final ByteQueue in = new ByteQueue();
  private final ByteQueue out = new ByteQueue();
  private long readTimeoutNanos;
  private long readBytes;
  private long writtenBytes;
  private boolean isOpened;
  private boolean isReached;
  private boolean hasMore;
  private boolean inputEnded;
  private boolean outputShut;
  private boolean writing;
  private boolean pullDue;
  private boolean pushDue;
  private boolean closed;
  private boolean over;
  private int failure = NONE;

  // Of the engine's thread.
  private dev.mptunnel.stream.Connection stream;
  private Engine.EngineTimer linger;
  private boolean finished;

  /**
   * A connection that is to be opened.
   *
   * @param list in which it is while it lives
   */
  Connection(StriperDriver driver, ConnectionList list, String target, Peer peer) {
    this.driver = driver;
    this.list = list;
    this.target = target;
    this.peer = peer;
    openedNanos = driver.now();
  }

  // --- on the engine's thread ---

  /** One that the peer has opened. */
  void accept(dev.mptunnel.stream.Connection its) {
    stream = its;
    stream.attach(end);
    list.add(this);
    lock.lock();
    try {
      isOpened = true;
    } finally {
      lock.unlock();
    }
  }

  private void open() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      stream = driver.open(target, end);
      if (stream == null) {
        fail(StreamError.TOO_MANY);
        return;
      }
      isOpened = true;
      opened.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void pull() {
    boolean isUnwanted;
    lock.lock();
    try {
      pullDue = false;
      isUnwanted = closed && stream.readableBytes() > 0;
      while (!closed && in.size() < QUEUE_BYTES && stream.readableBytes() > 0) {
        in.added(stream.read(in.space(QUEUE_BYTES - in.size())));
      }
      hasMore = !closed && stream.readableBytes() > 0;
      inputEnded |= stream.isAtEnd();
      readable.signalAll();
    } finally {
      lock.unlock();
    }
    if (isUnwanted) {
      reset(); // as TCP does with what comes for one that was closed
    }
    driver.wake();
  }

  private void push() {
    lock.lock();
    try {
      pushDue = false;
      boolean isFull = false;
      while (out.size() > 0 && !isFull && !stream.isReset()) {
        ByteBuffer first = out.first();
        out.taken(stream.write(first));
        isFull = first.hasRemaining();
      }
      if (out.size() == 0 && outputShut && !writing && !finished) {
        finished = true;
        stream.finish();
      }
      writable.signalAll();
    } finally {
      lock.unlock();
    }
    driver.wake();
  }

  private void reset() {
    if (stream != null && !stream.isReset()) {
      driver.refuse(stream, StreamError.ABORTED);
    }
    gone();
  }

  /** Both ways are to end in order, within a time. */
  private void endInOrder() {
    if (stream == null || stream.isReset() || isOver()) {
      gone();
    } else if (stream.readableBytes() > 0) {
      reset();
    } else {
      push();
      linger = driver.newTimer(this::reset);
      linger.set(driver.now() + LINGER_NANOS);
    }
  }

  private boolean isOver() {
    lock.lock();
    try {
      return over;
    } finally {
      lock.unlock();
    }
  }

  /** Nothing of it is left in the session. */
  private void gone() {
    if (linger != null) {
      linger.cancel();
    }
    lock.lock();
    try {
      over = true;
      out.clear();
    } finally {
      lock.unlock();
    }
    leave();
  }

  private void leave() {
    list.remove(this);
    onGone.run();
  }

  /** Has something done when nothing is left of it; before it is accepted. */
  void onGone(Runnable what) {
    onGone = what;
  }

  /** It ends, and whoever uses it is told why. From any thread. */
  void fail(int code) {
    lock.lock();
    try {
      if (over) {
        return;
      }
      failure = code;
      over = true;
      in.clear();
      out.clear();
      wakeAll();
    } finally {
      lock.unlock();
    }
    leave();
  }

  private void wakeAll() {
    readable.signalAll();
    writable.signalAll();
    opened.signalAll();
  }

  /** What the session tells; on the engine's thread. */
  private final class End implements ConnectionEnd {

    @Override
    public void onReached() {
      lock.lock();
      try {
        isReached = true;
        opened.signalAll();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void onReadable() {
      onReached(); // bytes may come before it is said that it was reached
      pull();
    }

    @Override
    public void onRoom() {
      push();
    }

    @Override
    public void onReset(int code) {
      fail(code);
      gone();
    }

    @Override
    public void onDone() {
      gone();
    }
  }

  // --- opening ---

  /**
   * Opens it.
   *
   * @param untilReached whether to wait until the server has reached what it leads to
   * @param deadlineNanos of the driver's clock
   */
  void open(boolean untilReached, long deadlineNanos) throws IOException, InterruptedException {
    list.add(this);
    driver.execute(this::open);
    boolean done = false;
    lock.lock();
    try {
      while (!(untilReached ? isReached : isOpened)) {
        if (failure != NONE) {
          throw Failures.of(failure, target);
        }
        long left = deadlineNanos - driver.now();
        if (left <= 0) {
          throw new SocketTimeoutException(
              (target.isEmpty() ? "the server" : target) + " was not reached in time");
        }
        opened.awaitNanos(left);
      }
      done = true;
    } finally {
      lock.unlock();
      if (!done) {
        abort();
      }
    }
  }

  // --- reading and writing ---

  /**
   * Reads what is there, as much as there is room for; blocks while nothing is.
   *
   * @return how many bytes; 0 only where there is no room, -1 if the peer has ended its way in
   *     order and all was read
   * @throws SocketTimeoutException if nothing came within {@link #readTimeout}; the connection is
   *     as it was before
   * @throws ClosedByInterruptException if this thread is interrupted, or was before; the connection
   *     is closed, and the interrupt status set
   * @throws AsynchronousCloseException if another thread closes the connection meanwhile
   * @throws ClosedChannelException if it was closed before
   * @throws java.net.ConnectException if the server does not take it, or does not reach its target
   * @throws java.net.SocketException if it was reset: by the peer, or since the session has ended
   * @throws IOException if it came to another end
   */
  @Override
  public int read(ByteBuffer into) throws IOException {
    closeIfInterrupted();
    boolean blocked = false;
    lock.lock();
    try {
      long left = readTimeoutNanos;
      boolean isTimed = left > 0;
      while (true) {
        checkOpen(blocked);
        if (!into.hasRemaining()) {
          return 0;
        }
        if (in.size() > 0) {
          int count = in.take(into);
          readBytes += count;
          if (hasMore && !pullDue && in.size() <= QUEUE_BYTES / 2) {
            pullDue = true;
            driver.execute(this::pull);
          }
          return count;
        }
        if (inputEnded) {
          return -1;
        }
        blocked = true;
        if (!isTimed) {
          readable.await();
        } else if (left > 0) {
          left = readable.awaitNanos(left);
        } else {
          throw new SocketTimeoutException("nothing came in time");
        }
      }
    } catch (InterruptedException e) {
      throw closedByInterrupt();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Writes all that is there. Returns when it is on its way, or waits for that in at most 64 KiB;
   * until there is so much room, it blocks.
   *
   * @return how many bytes: all that were there
   * @throws ClosedByInterruptException if this thread is interrupted, or was before; the connection
   *     is closed, and the interrupt status set
   * @throws AsynchronousCloseException if another thread closes the connection meanwhile; the peer
   *     then sees a reset
   * @throws ClosedChannelException if it was closed before, or its output shut
   * @throws java.net.ConnectException if the server does not take it, or does not reach its target
   * @throws java.net.SocketException if it was reset: by the peer, or since the session has ended
   * @throws IOException if it came to another end
   */
  @Override
  public int write(ByteBuffer from) throws IOException {
    closeIfInterrupted();
    int all = from.remaining();
    boolean blocked = false;
    boolean isOurs = false;
    lock.lock();
    try {
      while (true) {
        checkOpen(blocked);
        if (outputShut && !isOurs) {
          throw new ClosedChannelException();
        }
        if (!from.hasRemaining()) {
          return all;
        }
        if ((isOurs || !writing) && out.size() < QUEUE_BYTES) {
          writing = true;
          isOurs = true;
          writtenBytes += out.put(from, QUEUE_BYTES - out.size());
          requestPush();
        } else {
          blocked = true;
          writable.await();
        }
      }
    } catch (InterruptedException e) {
      throw closedByInterrupt();
    } finally {
      if (isOurs) {
        writing = false;
        writable.signalAll();
        requestPush(); // the end may be due
      }
      lock.unlock();
    }
  }

  private void requestPush() {
    if (!pushDue) {
      pushDue = true;
      driver.execute(this::push);
    }
  }

  private void checkOpen(boolean blocked) throws IOException {
    if (closed) {
      throw blocked ? new AsynchronousCloseException() : new ClosedChannelException();
    }
    if (failure != NONE) {
      throw Failures.of(failure, target);
    }
  }

  private void closeIfInterrupted() throws ClosedByInterruptException {
    if (Thread.currentThread().isInterrupted()) {
      throw closedByInterrupt();
    }
  }

  private ClosedByInterruptException closedByInterrupt() {
    abort();
    Thread.currentThread().interrupt();
    return new ClosedByInterruptException();
  }

  /**
   * The same as a stream, to read from: it throws what {@link #read} does, and its {@code close}
   * closes the connection.
   *
   * @return a view, which buffers nothing
   */
  public InputStream inputStream() {
    return new ConnectionInputStream(this);
  }

  /**
   * The same as a stream, to write to: it throws what {@link #write} does, and its {@code close}
   * closes the connection.
   *
   * @return a view, which buffers nothing, so that there is no need to flush it
   */
  public OutputStream outputStream() {
    return new ConnectionOutputStream(this);
  }

  /** How many bytes can be read at once. */
  int available() throws IOException {
    lock.lock();
    try {
      checkOpen(false);
      return in.size();
    } finally {
      lock.unlock();
    }
  }

  /**
   * How long {@link #read} waits for something.
   *
   * @param timeout to the nanosecond; zero, which it is at first, for as long as it takes
   * @throws IllegalArgumentException if it is negative
   */
  public void setReadTimeout(Duration timeout) {
    long nanos = Durations.nanos(timeout);
    lock.lock();
    try {
      readTimeoutNanos = nanos;
    } finally {
      lock.unlock();
    }
  }

  /**
   * How long {@link #read} waits for something.
   *
   * @return zero for as long as it takes
   */
  public Duration readTimeout() {
    lock.lock();
    try {
      return Duration.ofNanos(readTimeoutNanos);
    } finally {
      lock.unlock();
    }
  }

  // --- ends ---

  /**
   * There is nothing more to write: the peer reads all that was written, and then the end. Reading
   * goes on, and so does a write that another thread has begun. Without effect where the output was
   * shut before.
   *
   * @throws ClosedChannelException if the connection was closed
   * @throws IOException if it was reset
   */
  public void shutdownOutput() throws IOException {
    lock.lock();
    try {
      checkOpen(false);
      if (!outputShut) {
        outputShut = true;
        writable.signalAll();
        requestPush();
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Closes both ways, at once for this end. What was written still arrives, and then the end, as
   * long as the peer sends nothing more. But where something was not read, or comes later, where
   * another thread is writing, or the peer does not close its end within 60 seconds, the peer sees
   * a reset. Threads that are blocked here are woken. Without effect where it was closed before.
   */
  @Override
  public void close() {
    boolean isWhole;
    lock.lock();
    try {
      if (closed) {
        return;
      }
      isWhole = in.size() == 0 && !hasMore && !writing;
      outputShut = true;
      setClosed();
    } finally {
      lock.unlock();
    }
    list.linger(this);
    driver.execute(isWhole ? this::endInOrder : this::reset);
  }

  /**
   * Closes both ways at once. What is under way is dropped, and the peer sees a reset. Threads that
   * are blocked here are woken. Without effect where it was closed before.
   */
  public void abort() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      setClosed();
    } finally {
      lock.unlock();
    }
    driver.execute(this::reset);
  }

  private void setClosed() {
    closed = true;
    in.clear();
    wakeAll();
  }

  /**
   * Whether it was not closed by this end.
   *
   * @return true also where the peer has reset it, which is told by reading and writing
   */
  @Override
  public boolean isOpen() {
    lock.lock();
    try {
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  /** Whether the peer has ended it, or nothing is left of it. */
  boolean isGone() {
    lock.lock();
    try {
      return over;
    } finally {
      lock.unlock();
    }
  }

  // --- what it is ---

  /**
   * What the client has named.
   *
   * @return the name of a target, or {@code host:port}; empty if it has named none
   */
  public String target() {
    return target;
  }

  /**
   * Who is at the other end.
   *
   * @return as it was when the connection was opened, or came in
   */
  public Peer peer() {
    return peer;
  }

  /**
   * What it has carried.
   *
   * @return the figures now, also of one that was closed
   */
  public ConnectionStatistics statistics() {
    lock.lock();
    try {
      return new ConnectionStatistics(
          readBytes, writtenBytes, out.size(), Duration.ofNanos(driver.now() - openedNanos));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    return "connection"
        + (target.isEmpty() ? "" : " to " + target)
        + " of session "
        + peer.session();
  }
}

package dev.mptunnel.api;

import dev.mptunnel.core.Flow;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.EndpointDriver;
import dev.mptunnel.net.FlowEnd;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.InterruptibleChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Datagrams between a client and a server: each is sent over every path, and arrives once, if any
 * path brings it. As with UDP, one may be lost where all paths lose it and asking for it again does
 * not help, and one may overtake another. Boundaries are kept. {@link StripeClient#openSocket()}
 * opens them, {@link StripeServer#acceptSocket()} hands them out.
 *
 * <p><b>Threads.</b> All methods may be called from any thread. Sending and receiving block, and
 * are meant for virtual threads: a socket has no thread of its own, and blocking pins none.
 *
 * <p><b>Memory.</b> At most 256 datagrams, or 1 MiB (64 KiB until a server has accepted the
 * socket), wait to be received, of which the oldest goes where there is another one; and as many
 * wait to be sent, while {@link #send(ByteBuffer)} blocks.
 *
 * <p><b>Ends.</b> A server's socket is over when the client has ended its session, or nothing was
 * sent or received for five minutes; a client's goes on, and is a new one to the server then.
 *
 * <p><b>Interrupts.</b> As of any {@link InterruptibleChannel}: to interrupt a thread that is
 * blocked here closes the socket, and so do interrupts that came before.
 */
public final class MultipathSocket implements InterruptibleChannel {

  /** The longest datagram, in bytes. */
  public static final int MAX_DATAGRAM_BYTES = 65_507;

  private final DatagramEngine engine;
  private final EndpointDriver driver;
  private final String target;
  private final Peer peer;
  private final Supplier<Flow> opener;
  private final Runnable onGone;
  private final End end = new End();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition receivable = lock.newCondition();
  private final Condition sendable = lock.newCondition();

  // Guarded by the lock.
  private final DatagramQueue received;
  private final DatagramQueue unsent = new DatagramQueue();
  private long receiveTimeoutNanos;
  private long dropped;
  private boolean sendDue;
  private boolean closed;
  private String failure;

  // Of the engine's thread.
  private Flow flow;

  /**
   * A socket.
   *
   * @param opener opens a flow, on the engine's thread, or null if the peer opens them
   * @param onGone told when nobody uses it any more; from any thread
   */
  MultipathSocket(
      DatagramEngine engine,
      EndpointDriver driver,
      String target,
      Peer peer,
      Supplier<Flow> opener,
      Runnable onGone) {
    this.engine = engine;
    this.driver = driver;
    this.target = target;
    this.peer = peer;
    this.opener = opener;
    this.onGone = onGone;
    received = opener == null ? DatagramQueue.unwanted() : new DatagramQueue();
  }

  /** The program has it now. */
  MultipathSocket accepted() {
    lock.lock();
    try {
      received.setWanted();
    } finally {
      lock.unlock();
    }
    return this;
  }

  // --- on the engine's thread ---

  /** What is sent goes out on this flow, and what comes on it is received. */
  void attach(Flow its) {
    flow = its;
    flow.attach(end);
  }

  FlowEnd end() {
    return end;
  }

  private void sendAll() {
    ArrayDeque<ByteBuffer> all;
    lock.lock();
    try {
      sendDue = false;
      all = unsent.takeAll();
      sendable.signalAll();
    } finally {
      lock.unlock();
    }
    if (flow == null && opener != null) {
      flow = opener.get();
    }
    if (flow != null) {
      driver.run(now -> all.forEach(each -> driver.endpoint().send(now, flow, each)));
    }
  }

  /** The peer is not told, but that something comes on it again makes it a new one. */
  private void closeFlow() {
    if (flow != null) {
      driver.endpoint().closeFlow(flow);
    }
  }

  private final class End implements FlowEnd {

    @Override
    public void onDatagram(ByteBuffer payload) {
      ByteBuffer copy = ByteBuffer.allocate(payload.remaining()).put(payload).flip();
      lock.lock();
      try {
        if (closed) {
          return;
        }
        while (!received.hasRoomFor(copy)) {
          received.take();
          dropped++;
        }
        received.add(copy);
        receivable.signal();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void onClosed() {
      flow = null;
      if (opener == null) {
        fail("the client has ended its session, or nothing came or went for too long");
      }
    }
  }

  /** It is over. From any thread. */
  void fail(String why) {
    lock.lock();
    try {
      failure = failure == null ? why : failure;
      unsent.takeAll();
      receivable.signalAll();
      sendable.signalAll();
    } finally {
      lock.unlock();
    }
    onGone.run();
  }

  // --- sending and receiving ---

  /**
   * Sends what is there as one datagram. Returns when it is on its way, or waits for that; blocks
   * while too many wait.
   *
   * @param datagram at most {@link #MAX_DATAGRAM_BYTES}; longer ones than fit into a packet of
   *     every path travel in pieces
   * @throws IllegalArgumentException if it is longer
   * @throws ClosedByInterruptException if this thread is interrupted, or was before; the socket is
   *     closed, and the interrupt status set
   * @throws AsynchronousCloseException if another thread closes the socket meanwhile
   * @throws ClosedChannelException if it was closed before
   * @throws SocketException if it is over
   * @throws IOException if it came to another end
   */
  public void send(ByteBuffer datagram) throws IOException {
    if (datagram.remaining() > MAX_DATAGRAM_BYTES) {
      throw new IllegalArgumentException("a datagram of " + datagram.remaining() + " bytes");
    }
    closeIfInterrupted();
    ByteBuffer copy = ByteBuffer.allocate(datagram.remaining()).put(datagram).flip();
    lock.lock();
    try {
      checkOpen(false);
      while (!unsent.hasRoomFor(copy)) {
        sendable.await();
        checkOpen(true);
      }
      unsent.add(copy);
      if (!sendDue) {
        sendDue = true;
        engine.execute(this::sendAll);
      }
    } catch (InterruptedException e) {
      throw closedByInterrupt();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Sends an array as one datagram, as {@link #send(ByteBuffer)} does.
   *
   * @param datagram at most {@link #MAX_DATAGRAM_BYTES}
   * @throws IllegalArgumentException if it is longer
   * @throws IOException as there
   */
  public void send(byte[] datagram) throws IOException {
    send(ByteBuffer.wrap(datagram));
  }

  /**
   * Receives a datagram; blocks until one is there.
   *
   * @return all of it; empty for an empty one
   * @throws SocketTimeoutException if none came within {@link #receiveTimeout}
   * @throws ClosedByInterruptException if this thread is interrupted, or was before; the socket is
   *     closed, and the interrupt status set
   * @throws AsynchronousCloseException if another thread closes the socket meanwhile
   * @throws ClosedChannelException if it was closed before
   * @throws SocketException if it is over, and all that came was received
   * @throws IOException if it came to another end
   */
  public byte[] receive() throws IOException {
    ByteBuffer datagram = next();
    byte[] all = new byte[datagram.remaining()];
    datagram.get(all);
    return all;
  }

  /**
   * Receives a datagram into a buffer, as {@link #receive()} does. What there is no room for is
   * lost.
   *
   * @param into where to
   * @return how long the datagram was, which may be more than there was room for
   * @throws IOException as there
   */
  public int receive(ByteBuffer into) throws IOException {
    ByteBuffer datagram = next();
    int length = datagram.remaining();
    into.put(datagram.limit(Math.min(length, into.remaining())));
    return length;
  }

  private ByteBuffer next() throws IOException {
    closeIfInterrupted();
    boolean blocked = false;
    lock.lock();
    try {
      long left = receiveTimeoutNanos;
      boolean isTimed = left > 0;
      while (true) {
        if (!closed && !received.isEmpty()) {
          return received.take();
        }
        checkOpen(blocked);
        blocked = true;
        if (!isTimed) {
          receivable.await();
        } else if (left > 0) {
          left = receivable.awaitNanos(left);
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

  private void checkOpen(boolean blocked) throws IOException {
    if (closed) {
      throw blocked ? new AsynchronousCloseException() : new ClosedChannelException();
    }
    if (failure != null) {
      throw new SocketException(failure);
    }
  }

  private void closeIfInterrupted() throws ClosedByInterruptException {
    if (Thread.currentThread().isInterrupted()) {
      throw closedByInterrupt();
    }
  }

  private ClosedByInterruptException closedByInterrupt() {
    close();
    Thread.currentThread().interrupt();
    return new ClosedByInterruptException();
  }

  /**
   * How long receiving waits for a datagram.
   *
   * @param timeout to the nanosecond; zero, which it is at first, for as long as it takes
   * @throws IllegalArgumentException if it is negative
   */
  public void setReceiveTimeout(Duration timeout) {
    long nanos = Durations.nanos(timeout);
    lock.lock();
    try {
      receiveTimeoutNanos = nanos;
    } finally {
      lock.unlock();
    }
  }

  /**
   * How long receiving waits for a datagram.
   *
   * @return zero for as long as it takes
   */
  public Duration receiveTimeout() {
    lock.lock();
    try {
      return Duration.ofNanos(receiveTimeoutNanos);
    } finally {
      lock.unlock();
    }
  }

  /**
   * What has come and was dropped, since too much waited to be received.
   *
   * @return how many datagrams, since the socket is there
   */
  public long dropped() {
    lock.lock();
    try {
      return dropped;
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
   * @return as it was when the socket was opened, or came in; without addresses
   */
  public Peer peer() {
    return peer;
  }

  /**
   * Closes it. What was sent goes out; threads that are blocked here are woken; what was received
   * is dropped, and so is what still comes, but that at a server it makes a new socket. Without
   * effect where it was closed before.
   */
  @Override
  public void close() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      received.takeAll();
      receivable.signalAll();
      sendable.signalAll();
      engine.execute(this::closeFlow); // behind what waits to be sent
    } finally {
      lock.unlock();
    }
    onGone.run();
  }

  /**
   * Whether it was not closed by this end.
   *
   * @return true also where it is over, which is told by sending and receiving
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
}

package dev.mptunnel.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Linux's own calls: epoll, recvmmsg and sendmmsg, and several datagrams in one message wherever
 * they are of one size and for one address (UDP_SEGMENT, UDP_GRO). Without Netty, which programs
 * that use this engine need not even load.
 */
final class NativeEngine implements DatagramEngine {

  private static final Logger LOG = LoggerFactory.getLogger(NativeEngine.class);

  static final String NAME = "native";

  private static final long SOCKETS_CLOSE_NANOS = 500_000_000;
  private static final long THREAD_ENDS_SECONDS = 7;

  /** The tasks of a turn; the rest have theirs after the sockets. */
  private static final int TASKS_PER_TURN = 1024;

  private static final long WAKE_UP_KEY = -1;

  private final Thread thread;
  private final LongSupplier clock = BootClock.orMonotonic();
  private final Defects defects = new Defects();
  private final TimerQueue timers;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final WakeUp wakeUp;

  /** Set before the tasks that are left are thrown away: none may be added after it. */
  private volatile boolean ended;

  // Of the engine's thread alone:

  /** What a handler is shown: on the heap, where the JDK's ciphers are fastest. One is enough. */
  private final ByteBuffer received = ByteBuffer.allocate(ReceiveBatch.SLOT_BYTES);

  private final Set<NativePort> ports = new HashSet<>();

  /** The same by descriptor. */
  private NativePort[] portOf = new NativePort[64];

  private NativeMemory memory;
  private int opened;
  private boolean stopping;
  private long stopNanos;
  private boolean smallBufferSaid;
  private boolean partedSaid;

  private NativeEngine(String threadName, CompletableFuture<Void> started) throws IOException {
    wakeUp = new WakeUp();
    thread = Thread.ofPlatform().daemon(false).name(threadName).unstarted(() -> runFrom(started));
    timers = new TimerQueue(thread);
  }

  /**
   * Starts one.
   *
   * @throws IOException where there is none to be had: the message is one line
   */
  static NativeEngine start(String threadName) throws IOException {
    if (!Engines.is64BitLinux()) {
      throw NetworkErrors.unavailable(NAME, new IOException("only on 64-bit Linux"));
    }
    CompletableFuture<Void> started = new CompletableFuture<>();
    try {
      NativeEngine engine = new NativeEngine(threadName, started);
      boolean running = false;
      try {
        engine.thread.start();
        running = true;
      } finally {
        if (!running) {
          engine.wakeUp.close();
        }
      }
      started.get();
      return engine;
    } catch (ExecutionException | IOException | LinkageError | IllegalCallerException e) {
      throw NetworkErrors.unavailable(NAME, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while starting an engine", e);
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public DatagramPort open(PortOptions options, DatagramHandler handler) throws IOException {
    if (thread.equals(Thread.currentThread())) {
      return openHere(options, handler);
    }
    FutureTask<DatagramPort> opening = new FutureTask<>(() -> openHere(options, handler));
    if (!submit(opening)) {
      throw new IOException("the engine is closed");
    }
    try {
      return opening.get();
    } catch (CancellationException e) {
      throw new IOException("the engine is closed", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException told) {
        throw told;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while opening a socket", e);
    }
  }

  private NativePort openHere(PortOptions options, DatagramHandler handler) throws IOException {
    if (stopping) {
      throw new IOException("the engine is closed");
    }
    boolean ipv6 = options.isIpv6();
    NativeSocket socket;
    try {
      socket = memory.newSocket(ipv6);
    } catch (IOException e) {
      throw NetworkErrors.open(options, e);
    }
    boolean done = false;
    try {
      setUp(socket, options);
      NativePort port = register(socket, options, handler);
      done = true;
      return port;
    } finally {
      if (!done) {
        socket.close();
      }
    }
  }

  private void setUp(NativeSocket socket, PortOptions options) throws IOException {
    if (options.device() != null) {
      socket.bindToDevice(options.device());
    }
    if (options.mark() != 0) {
      socket.mark(options.mark());
    }
    try {
      if (options.whole()) {
        socket.sendWhole();
      }
      if (options.bufferBytes() > 0) {
        int givenBytes = socket.setBufferBytes(options.bufferBytes());
        if (givenBytes < options.bufferBytes() && !smallBufferSaid) {
          smallBufferSaid = true;
          NetworkErrors.saySmallBuffer(options.bufferBytes(), givenBytes);
        }
      }
      socket.bind(options.local());
      if (options.remote() != null) {
        socket.connect(options.remote());
      }
    } catch (IOException e) {
      throw NetworkErrors.open(options, e);
    }
  }

  private NativePort register(NativeSocket socket, PortOptions options, DatagramHandler handler)
      throws IOException {
    int descriptor = socket.descriptor();
    long key = (long) (opened++ & Integer.MAX_VALUE) << Integer.SIZE | descriptor;
    try {
      NativePort port = new NativePort(this, memory, socket, key, options.remote(), handler);
      memory.epoll.add(descriptor, EpollSet.EPOLLIN, key);
      if (descriptor >= portOf.length) {
        portOf = Arrays.copyOf(portOf, Math.max(2 * portOf.length, descriptor + 1));
      }
      portOf[descriptor] = port;
      ports.add(port);
      return port;
    } catch (IOException e) {
      throw NetworkErrors.open(options, e);
    }
  }

  /** The port is about to close its socket. */
  void forget(NativePort port) {
    ports.remove(port);
    portOf[(int) port.key()] = null;
  }

  /** The buffer that datagrams are handed over in. */
  ByteBuffer received() {
    return received;
  }

  /** That datagrams do not go together here, which costs time and nothing else. */
  void sayPartedOnce(int bytes) {
    if (!partedSaid) {
      partedSaid = true;
      LOG.info("datagrams of {} bytes leave one by one: the kernel does not cut them here", bytes);
    }
  }

  void guard(Runnable task) {
    defects.guard(task);
  }

  void failed(Throwable defect) {
    defects.add(defect);
  }

  /** How often a handler, timer or task threw. */
  long failures() {
    return defects.count();
  }

  @Override
  public void execute(Runnable task) {
    if (!submit(task)) {
      LOG.debug("a task came after the engine was closed");
    }
  }

  private boolean submit(Runnable task) {
    if (ended) {
      return false;
    }
    tasks.add(task);
    wakeUp.wake();
    // Whoever takes it out answers for it: this, or the end of the thread.
    return !ended || !tasks.remove(task);
  }

  @Override
  public EngineTimer newTimer(Runnable task) {
    return timers.newTimer(task);
  }

  @Override
  public long nanoTime() {
    return clock.getAsLong();
  }

  private void runFrom(CompletableFuture<Void> started) {
    try {
      memory = NativeMemory.open();
      memory.epoll.add(wakeUp.descriptor(), EpollSet.EPOLLIN, WAKE_UP_KEY);
      started.complete(null);
      while (!isOver()) {
        turn();
      }
    } catch (IOException | RuntimeException | LinkageError e) {
      if (!started.completeExceptionally(e)) {
        LOG.error("the engine ends: {}", e.toString(), e);
      }
    } finally {
      end();
    }
  }

  private boolean isOver() {
    return stopping && ((tasks.isEmpty() && ports.isEmpty()) || nanoTime() - stopNanos >= 0);
  }

  private void turn() {
    for (int i = 0; i < TASKS_PER_TURN; i++) {
      Runnable task = tasks.poll();
      if (task == null) {
        break;
      }
      defects.guard(task);
    }
    timers.run(nanoTime(), defects);
    handle(await());
  }

  private int await() {
    wakeUp.fallAsleep();
    long nanos = 0;
    if (tasks.isEmpty() && !stopping) {
      nanos = timers.untilNextNanos(nanoTime());
    } else if (tasks.isEmpty() && !ports.isEmpty()) {
      nanos = Math.min(timers.untilNextNanos(nanoTime()), Math.max(0, stopNanos - nanoTime()));
    }
    int events = memory.epoll.await(nanos);
    wakeUp.awake();
    return events;
  }

  private void handle(int events) {
    for (int i = 0; i < events; i++) {
      long key = memory.epoll.data(i);
      if (key == WAKE_UP_KEY) {
        wakeUp.drain();
        continue;
      }
      // Unless it was closed since: the descriptor may be another's by now.
      NativePort port = portOf[(int) key];
      if (port == null || port.key() != key) {
        continue;
      }
      int what = memory.epoll.events(i);
      if ((what & (EpollSet.EPOLLOUT | EpollSet.EPOLLERR)) != 0) {
        port.onRoom();
      }
      if ((what & (EpollSet.EPOLLIN | EpollSet.EPOLLERR)) != 0) {
        port.onReadable();
      }
    }
  }

  /** Frees everything, and lets go whoever waits for a socket. */
  private void end() {
    ended = true;
    for (NativePort port : List.copyOf(ports)) {
      port.release();
    }
    if (memory != null) {
      memory.close();
    }
    wakeUp.close();
    for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
      if (task instanceof FutureTask<?> opening) {
        opening.cancel(false);
      }
    }
    defects.sayTotal();
  }

  private void stop() {
    if (!stopping) {
      stopping = true;
      stopNanos = nanoTime() + SOCKETS_CLOSE_NANOS;
      List.copyOf(ports).forEach(NativePort::close);
    }
  }

  @Override
  public void close() {
    if (thread.equals(Thread.currentThread())) {
      stop();
      return;
    }
    submit(this::stop);
    try {
      if (!thread.join(Duration.ofSeconds(THREAD_ENDS_SECONDS))) {
        LOG.debug("the engine's thread does not end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}

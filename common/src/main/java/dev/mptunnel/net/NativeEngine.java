package dev.mptunnel.net;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;
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

  private static final long NO_TIME = -1;

  /** After so many turns in a row with trouble of the engine's own, each is followed by a pause. */
  private static final int TROUBLED_TURNS = 8;

  private static final long TROUBLE_PAUSE_NANOS = 5_000_000;

  /** After so many that failed as a whole, some two seconds, the engine ends. */
  private static final int FAILED_TURNS = 400;

  private final Thread thread;
  private final LongSupplier clock;
  private final BusyPoll busyPoll;
  private final boolean joins;
  private final Defects defects = new Defects();
  private final TimerQueue timers;
  private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
  private final WakeUp wakeUp;

  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  /** Set before the tasks that are left are thrown away: none may be added after it. */
  private volatile boolean over;

  // Of the engine's thread alone:

  private final Set<NativePort> ports = new HashSet<>();

  /** The same by descriptor, which is in the low half of their keys: see {@link #register}. */
  private NativePort[] portOf = new NativePort[64];

  private NativeMemory memory;

  /**
   * The time for as long as datagrams are handed over that one call has brought, or negative: to
   * look at the clock for each would cost as much as a small one does.
   */
  private long handingNanos = NO_TIME;

  private int opened;
  private boolean stopping;
  private long stopNanos;

  /** Whether something of the engine's own failed in this turn, and in how many before it. */
  private boolean troubled;

  private int troubledTurns;
  private int failedTurns;
  private boolean partedSaid;

  private NativeEngine(
      String threadName,
      LongSupplier clock,
      BusyPoll busyPoll,
      boolean joins,
      CompletableFuture<Void> started)
      throws IOException {
    this.clock = clock;
    this.busyPoll = busyPoll;
    this.joins = joins;
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
    return start(threadName, BootClock.orMonotonic(), new BusyPoll(0), true);
  }

  /**
   * Starts one.
   *
   * @param clock of which {@link #nanoTime} tells
   * @param busyPoll whether it asks the sockets again before it sleeps
   * @param joins whether several datagrams go to the kernel, and come from it, in one message
   */
  static NativeEngine start(String threadName, LongSupplier clock, BusyPoll busyPoll, boolean joins)
      throws IOException {
    if (!Engines.is64BitLinux()) {
      throw NetworkErrors.unavailable(NAME, new IOException("only on 64-bit Linux"));
    }
    CompletableFuture<Void> started = new CompletableFuture<>();
    NativeEngine engine;
    try {
      engine = new NativeEngine(threadName, clock, busyPoll, joins, started);
    } catch (IOException
        | LinkageError
        | IllegalCallerException
        | UnsupportedOperationException e) {
      throw NetworkErrors.unavailable(NAME, e);
    }
    boolean running = false;
    try {
      engine.thread.start();
      running = true;
    } finally {
      if (!running) {
        engine.wakeUp.close();
      }
    }
    try {
      started.get();
      return engine;
    } catch (ExecutionException e) {
      throw NetworkErrors.unavailable(NAME, e);
    } catch (InterruptedException e) {
      engine.submit(engine::stop);
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while starting an engine", e);
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public DatagramEngine another(String threadName) throws IOException {
    return start(threadName, clock, busyPoll.another(), joins);
  }

  @Override
  public boolean pollsBusily() {
    return busyPoll.isOn();
  }

  @Override
  public DatagramPort open(PortOptions options, DatagramHandler handler) throws IOException {
    if (thread.equals(Thread.currentThread())) {
      return openHere(options, handler);
    }
    CompletableFuture<NativePort> opening = call(() -> openHere(options, handler));
    try {
      return opening.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException told) {
        throw told;
      }
      if (e.getCause() instanceof RejectedExecutionException) {
        throw new IOException("the engine is closed", e);
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      CompletableFuture<Void> _ = opening.thenAcceptAsync(NativePort::close, this::execute);
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
      if (options.dscp() != 0) {
        socket.trafficClass(options.trafficClass());
      }
      if (options.bufferBytes() > 0) {
        socket.setBufferBytes(options.bufferBytes()).sayIfLessThan(options.bufferBytes());
      }
      if (options.sharing() == Sharing.FURTHER) {
        socket.sharePort();
      }
      socket.bind(options.local());
      if (options.sharing() == Sharing.FIRST) {
        socket.sharePort();
      }
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
    // The descriptor below, and above it a number that is never negative and tells the descriptor's
    // users apart: events may be told that were of one that has been closed since.
    long key = (long) (opened++ & Integer.MAX_VALUE) << Integer.SIZE | descriptor;
    try {
      NativePort port = new NativePort(this, memory, socket, key, options, handler);
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

  /** Whether its sockets may send and receive several datagrams in one message. */
  boolean joins() {
    return joins;
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
    if (over) {
      return false;
    }
    tasks.add(task);
    wakeUp.wake();
    // Whoever takes it out answers for it: this, or the end of the thread.
    return !over || !tasks.remove(task);
  }

  @Override
  public <T> CompletableFuture<T> call(Callable<T> work) {
    EngineCall<T> call = new EngineCall<>(work);
    if (thread.equals(Thread.currentThread())) {
      call.run();
    } else if (!submit(call)) {
      call.reject();
    }
    return call.result();
  }

  @Override
  public CompletableFuture<Void> ended() {
    return ended.copy();
  }

  @Override
  public EngineTimer newTimer(Runnable task) {
    return timers.newTimer(task);
  }

  @Override
  public long nanoTime() {
    return handingNanos != NO_TIME && thread.equals(Thread.currentThread())
        ? handingNanos
        : clock.getAsLong();
  }

  /** From now on the time stands still. */
  void beginHanding() {
    handingNanos = clock.getAsLong();
  }

  /** … and goes on. */
  void endHanding() {
    handingNanos = NO_TIME;
  }

  private void runFrom(CompletableFuture<Void> started) {
    try {
      memory = NativeMemory.open(clock);
      memory.epoll.add(wakeUp.descriptor(), EpollSet.EPOLLIN, WAKE_UP_KEY);
      started.complete(null);
      while (!isOver()) {
        surviveTurn();
      }
    } catch (Throwable e) { // whatever it is, those who wait must not wait for ever
      if (!started.completeExceptionally(e)) {
        defects.add(e);
      }
    } finally {
      try {
        end();
      } finally {
        ended.complete(null);
      }
    }
  }

  private boolean isOver() {
    return stopping && ((tasks.isEmpty() && ports.isEmpty()) || nanoTime() - stopNanos >= 0);
  }

  /**
   * A turn that fails is followed by others, as memory may be there again; if they all fail, for
   * seconds, nothing works any more, and it must be seen.
   */
  private void surviveTurn() {
    troubled = false;
    try {
      turn();
      failedTurns = 0;
    } catch (RuntimeException | Error e) {
      inTrouble(e);
      if (++failedTurns >= FAILED_TURNS) {
        throw e;
      }
    }
    troubledTurns = troubled ? troubledTurns + 1 : 0;
    if (troubledTurns >= TROUBLED_TURNS) {
      LockSupport.parkNanos(TROUBLE_PAUSE_NANOS);
    }
  }

  private void inTrouble(Throwable e) {
    troubled = true;
    defects.add(e);
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

  /**
   * Waits for sockets: not at all while tasks are left, nor at the end when all ports are closed;
   * else until a timer is due, or the time for closing is over, or a task comes.
   */
  private int await() {
    if (busyPoll.isOn() && !stopping && busyPoll.isDue(nanoTime())) {
      return memory.epoll.await(0); // awake, so that tasks are looked for at each turn
    }
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
    boolean traffic = false;
    for (int i = 0; i < events; i++) {
      long key = memory.epoll.data(i);
      if (key == WAKE_UP_KEY) {
        wakeUp.drain();
        continue;
      }
      // Unless it was closed since: the descriptor may be another's by now.
      NativePort port = portOf[(int) key];
      if (port != null && port.key() == key) {
        int told = memory.epoll.events(i);
        handle(port, told);
        traffic |= (told & EpollSet.EPOLLIN) != 0; // not for room, nor for a refusal
      }
    }
    if (traffic && busyPoll.isOn()) {
      busyPoll.onTraffic(nanoTime());
    }
  }

  /** One port's trouble is not the others'. */
  private void handle(NativePort port, int events) {
    try {
      if ((events & (EpollSet.EPOLLOUT | EpollSet.EPOLLERR | EpollSet.EPOLLHUP)) != 0) {
        port.onRoom();
      }
      if ((events & (EpollSet.EPOLLIN | EpollSet.EPOLLERR | EpollSet.EPOLLHUP)) != 0) {
        port.onReadable();
      }
    } catch (RuntimeException | Error e) {
      inTrouble(e);
    }
  }

  /** Frees everything, and lets go whoever waits for something. */
  private void end() {
    over = true;
    try {
      List.copyOf(ports).forEach(port -> defects.guard(port::release));
      if (memory != null) {
        memory.close();
      }
      wakeUp.close();
    } catch (RuntimeException | Error e) {
      defects.add(e);
    } finally {
      for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
        if (task instanceof EngineCall<?> call) {
          call.reject();
        }
      }
      defects.sayTotal();
    }
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

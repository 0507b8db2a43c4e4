package dev.mptunnel.net;

import io.netty.channel.ChannelFuture;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One of Netty's event loops, and what all that runs on it shares. */
abstract class NettyLoop implements Engine {

  private static final Logger LOG = LoggerFactory.getLogger(NettyLoop.class);
  private static final long SOCKETS_CLOSE_MILLIS = 500;

  private final String name;
  private final EventLoopGroup group;
  private final EventLoop loop;
  private final LongSupplier clock = BootClock.orMonotonic();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Defects defects = new Defects();

  NettyLoop(String name, IoHandlerFactory ioHandlers, String threadName) {
    this.name = name;
    ThreadFactory threads = Thread.ofPlatform().daemon(false).name(threadName).factory();
    group = new MultiThreadIoEventLoopGroup(1, threads, ioHandlers);
    loop = group.next();
  }

  @Override
  public final String name() {
    return name;
  }

  final EventLoop loop() {
    return loop;
  }

  /** Opens something on the loop, and waits for it. */
  final <T> T openOnLoop(Callable<T> opening) throws IOException {
    try {
      return loop.inEventLoop() ? opening.call() : loop.submit(opening).get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException told) {
        throw told;
      }
      throw new IllegalStateException(e.getCause());
    } catch (RejectedExecutionException e) {
      throw new IOException("the engine is closed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while opening a socket", e);
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** On the loop itself these are done when they return; waiting for them there would never end. */
  static void succeed(ChannelFuture future) throws IOException {
    if (!future.isDone()) {
      throw new IOException("the event loop put off what must be done at once");
    }
    if (future.cause() != null) {
      throw new IOException(future.cause().getMessage(), future.cause());
    }
  }

  /** Runs what must not stop the engine when it fails. */
  final void guard(Runnable task) {
    defects.guard(task);
  }

  /** A handler, timer or task threw: a defect of this program, said once and counted. */
  final void failed(Throwable defect) {
    defects.add(defect);
  }

  /** How often a handler, timer or task threw. */
  final long failures() {
    return defects.count();
  }

  @Override
  public final void execute(Runnable task) {
    try {
      loop.execute(() -> guard(task));
    } catch (RejectedExecutionException e) {
      LOG.debug("a task came after the engine was closed");
    }
  }

  @Override
  public final <T> CompletableFuture<T> call(Callable<T> work) {
    EngineCall<T> call = new EngineCall<>(work);
    if (loop.inEventLoop()) {
      call.run();
    } else {
      try {
        loop.execute(call);
      } catch (RejectedExecutionException e) {
        call.reject();
      }
    }
    return call.result();
  }

  @Override
  public final EngineTimer newTimer(Runnable task) {
    return new NettyTimer(loop, clock, () -> guard(task));
  }

  @Override
  public final long nanoTime() {
    return clock.getAsLong();
  }

  /** Closes all sockets, each when it has sent what it has. @return one for each: when that is */
  abstract List<ChannelFuture> closeSockets();

  /** Frees what the sockets shared; they are closed by now. */
  void release() {}

  @Override
  public final void close() {
    if (loop.inEventLoop()) {
      closeSockets();
      group.shutdownGracefully(0, 2, TimeUnit.SECONDS);
      return;
    }
    try {
      if (!group.isShuttingDown()) {
        loop.submit(this::awaitable).get().await(SOCKETS_CLOSE_MILLIS, TimeUnit.MILLISECONDS);
      }
      group.shutdownGracefully(0, 2, TimeUnit.SECONDS);
      if (group.awaitTermination(5, TimeUnit.SECONDS) && closed.compareAndSet(false, true)) {
        release();
        defects.sayTotal();
      }
    } catch (ExecutionException | RejectedExecutionException e) {
      LOG.debug("closing", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Before the loop ends, or what they still have to send would end with it. */
  private CountDownLatch awaitable() {
    List<ChannelFuture> all = closeSockets();
    CountDownLatch open = new CountDownLatch(all.size());
    all.forEach(each -> each.addListener(_ -> open.countDown()));
    return open;
  }
}

package dev.mptunnel.net;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;

/** What an engine's thread is asked for by {@link Engine#call}: it is run or rejected, once. */
final class EngineCall<T> implements Runnable {

  private final Callable<T> work;
  private final CompletableFuture<T> result = new CompletableFuture<>();

  EngineCall(Callable<T> work) {
    this.work = work;
  }

  CompletableFuture<T> result() {
    return result;
  }

  @Override
  public void run() {
    try {
      result.complete(work.call());
    } catch (Throwable e) { // whoever waits must hear of it, whatever it is
      result.completeExceptionally(e);
    }
  }

  /** The engine has ended. */
  void reject() {
    result.completeExceptionally(new RejectedExecutionException("the engine is closed"));
  }
}

package dev.mptunnel.api;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A virtual thread that blocks in a call, and what the call throws. */
final class Blocked {

  interface Call {
    void run() throws Exception;
  }

  private final Thread thread;
  private final CompletableFuture<Throwable> thrown = new CompletableFuture<>();
  private final CompletableFuture<Boolean> interrupted = new CompletableFuture<>();

  /** Starts it, and waits until it is blocked. */
  Blocked(Call call) throws InterruptedException {
    thread =
        Thread.ofVirtual()
            .start(
                () -> {
                  Throwable what = null;
                  try {
                    call.run();
                  } catch (Throwable e) {
                    what = e;
                  }
                  interrupted.complete(Thread.currentThread().isInterrupted());
                  thrown.complete(what);
                });
    Conditions.awaitBlocked(thread);
  }

  Blocked interrupt() {
    thread.interrupt();
    return this;
  }

  /** What it came to; null if it returned. */
  Throwable thrown() throws Exception {
    return thrown.get(20, TimeUnit.SECONDS);
  }

  void assertInterruptKept() throws Exception {
    assertTrue(interrupted.get(20, TimeUnit.SECONDS), "the interrupt status must be set");
  }
}

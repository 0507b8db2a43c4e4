package dev.mptunnel.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.net.Engine;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class NameQueriesTest {

  private static final InetAddress ADDRESS = InetAddress.ofLiteral("93.184.216.34");

  private final Tasks engine = new Tasks();
  private final CountDownLatch silence = new CountDownLatch(1);
  private final AtomicInteger asked = new AtomicInteger();
  private final NameQueries names = new NameQueries(engine, new NameThreads(this::resolve));
  private final List<String> answers = new ArrayList<>();

  private List<InetAddress> resolve(String host) throws UnknownHostException {
    asked.incrementAndGet();
    if (host.equals("broken.test")) {
      throw new IllegalStateException("a resolver with a defect");
    }
    if (host.equals("silent.test")) {
      try {
        silence.await();
      } catch (InterruptedException e) {
        throw new UnknownHostException(host);
      }
    }
    return Collections.nCopies(host.equals("many.test") ? 5_000 : 1, ADDRESS);
  }

  /** What a thread does that the system does not start. */
  private static Thread unstartable(Runnable task) {
    return new Thread(task) {
      @Override
      public void start() {
        throw new OutOfMemoryError("unable to create native thread");
      }
    };
  }

  @Test
  void whereTheSystemHasNoThreadLeftThatIsSaid() throws InterruptedException {
    NameThreads none = new NameThreads(this::resolve, NameQueriesTest::unstartable);
    for (int i = 0; i < 2 * NameThreads.AT_ONCE; i++) {
      assertFalse(none.ask("a.test", _ -> {}));
    }
    ask(new NameQueries(engine, none), "bob", "a.test", true);
    engine.runNext();
    assertEquals(List.of("bob a.test 0"), answers);
  }

  private void ask(String who, String host, boolean wanted) {
    ask(names, who, host, wanted);
  }

  private void ask(NameQueries of, String who, String host, boolean wanted) {
    of.ask(
        who,
        host,
        new NameQueries.Question() {
          @Override
          public boolean isWanted() {
            return wanted;
          }

          @Override
          public void onFound(List<InetAddress> found) {
            answers.add(who + " " + host + " " + found.size());
          }
        });
  }

  @Test
  void whoAsksForWhatNobodyAnswersWaitsForHimself() throws InterruptedException {
    int silent = NameQueries.AT_ONCE + NameQueries.WAITING;
    for (int i = 0; i < silent; i++) {
      ask("mallory", "silent.test", i % 2 == 0 || i < NameQueries.AT_ONCE);
    }
    ask("mallory", "a.test", true);
    engine.runNext();
    assertEquals(List.of("mallory a.test 0"), answers, "too much is asked");
    ask("bob", "b.test", true);
    engine.runNext();
    assertEquals("bob b.test 1", answers.getLast());
    assertTrue(asked.get() <= NameQueries.AT_ONCE + 1, "asked for " + asked);
    silence.countDown();
    int wanted = NameQueries.AT_ONCE + NameQueries.WAITING / 2;
    for (int i = 0; i < wanted; i++) {
      engine.runNext();
    }
    assertEquals(2 + wanted, answers.size());
    assertEquals(1 + wanted, asked.get(), "what nobody waits for is not asked");
  }

  @Test
  void aDefectCostsNoPlaceAndThousandsOfAddressesNoTime() throws InterruptedException {
    Thread.setDefaultUncaughtExceptionHandler((_, _) -> {});
    try {
      for (int i = 0; i < 2 * NameQueries.AT_ONCE; i++) {
        ask("bob", "broken.test", true);
      }
      for (int i = 0; i < 2 * NameQueries.AT_ONCE; i++) {
        engine.runNext();
      }
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(null);
    }
    ask("bob", "many.test", true);
    engine.runNext();
    assertEquals("bob many.test " + NameThreads.ADDRESSES, answers.getLast());
  }

  /** An engine that runs what it is given when it is told. */
  private static final class Tasks implements Engine {

    private final LinkedBlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();

    void runNext() throws InterruptedException {
      Runnable next = tasks.poll(20, TimeUnit.SECONDS);
      assertTrue(next != null, "nothing to run");
      next.run();
    }

    @Override
    public String name() {
      return "tasks";
    }

    @Override
    public void execute(Runnable task) {
      tasks.add(task);
    }

    @Override
    public <T> CompletableFuture<T> call(Callable<T> work) {
      throw new UnsupportedOperationException();
    }

    @Override
    public EngineTimer newTimer(Runnable task) {
      throw new UnsupportedOperationException();
    }

    @Override
    public long nanoTime() {
      return 0;
    }

    @Override
    public void close() {}
  }
}

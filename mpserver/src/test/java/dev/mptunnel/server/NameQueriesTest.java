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
    if (host.startsWith("broken")) {
      throw new IllegalStateException("a resolver with a defect");
    }
    if (host.startsWith("silent")) {
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
      assertFalse(none.ask("bob", "a.test", _ -> {}));
    }
    ask(new NameQueries(engine, none), "bob", "a.test", true);
    engine.runNext();
    assertEquals(List.of("bob a.test too many"), answers);
  }

  /** By however many sessions, on however many threads of ours. */
  @Test
  void oneClientHasNoMoreNamesThanAreLeft() {
    NameThreads endless = new NameThreads(this::resolve, NameQueriesTest::endless);
    assertEquals(NameThreads.AT_ONCE / 2, asMany(endless, "mallory"));
    assertEquals(NameThreads.AT_ONCE / 4, asMany(endless, "eve"));
    assertTrue(endless.ask("bob", "b.test", _ -> {}));
  }

  private static Thread endless(Runnable task) {
    return new Thread(task) {
      @Override
      public void start() {}
    };
  }

  private static int asMany(NameThreads threads, String who) {
    int count = 0;
    while (threads.ask(who, "a.test", _ -> {})) {
      count++;
    }
    return count;
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

          @Override
          public void onTooMany() {
            answers.add(who + " " + host + " too many");
          }
        });
  }

  @Test
  void whoAsksForWhatNobodyAnswersWaitsForHimself() throws InterruptedException {
    for (int i = 0; i < NameQueries.QUESTIONS; i++) {
      ask("mallory", "silent-%d.test".formatted(i), true);
    }
    ask("mallory", "a.test", true);
    engine.runNext();
    assertEquals(List.of("mallory a.test too many"), answers);
    ask("bob", "b.test", true);
    engine.runNext();
    engine.runNext();
    assertEquals("bob b.test 1", answers.getLast());
    assertTrue(names.isUnderWay("mallory", "silent-%d.test".formatted(NameQueries.AT_ONCE - 1)));
    assertFalse(names.isUnderWay("mallory", "silent-%d.test".formatted(NameQueries.AT_ONCE)));
    silence.countDown();
    while (answers.size() < 2 + NameQueries.QUESTIONS) {
      engine.runNext();
    }
    assertEquals(1 + NameQueries.QUESTIONS, asked.get());
    assertFalse(names.isUnderWay("mallory", "silent-0.test"));
  }

  @Test
  void whatNobodyWaitsForIsNotAskedAndTakesNoPlace() throws InterruptedException {
    for (int i = 0; i < NameQueries.QUESTIONS; i++) {
      ask("bob", "silent-%d.test".formatted(i), i < NameQueries.AT_ONCE);
    }
    ask("bob", "b.test", true);
    silence.countDown();
    while (!answers.contains("bob b.test 1")) {
      engine.runNext();
    }
    assertTrue(asked.get() <= NameQueries.AT_ONCE + 1, "asked for " + asked);
  }

  /** A browser asks for a host again and again. */
  @Test
  void aNameThatNobodyAnswersTakesOnePlace() throws InterruptedException {
    for (int i = 0; i < NameQueries.AT_ONCE; i++) {
      ask("bob", "silent.test", true);
    }
    ask("bob", "b.test", true);
    engine.runNext();
    engine.runNext();
    assertEquals(List.of("bob b.test 1"), answers);
    silence.countDown();
    while (answers.size() < 1 + NameQueries.AT_ONCE) {
      engine.runNext();
    }
    assertEquals(2, asked.get());
  }

  @Test
  void aDefectCostsNoPlaceAndThousandsOfAddressesNoTime() throws InterruptedException {
    Thread.setDefaultUncaughtExceptionHandler((_, _) -> {});
    try {
      for (int i = 0; i < 2 * NameQueries.AT_ONCE; i++) {
        ask("bob", "broken-%d.test".formatted(i), true);
      }
      while (answers.size() < 2 * NameQueries.AT_ONCE) {
        engine.runNext();
      }
    } finally {
      Thread.setDefaultUncaughtExceptionHandler(null);
    }
    ask("bob", "many.test", true);
    engine.runNext();
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

package dev.mptunnel.server;

import dev.mptunnel.net.Engine;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The names that are resolved for one engine, not too many at once for anybody: who asks for many
 * that nobody answers waits for himself. Used on the engine's thread.
 */
final class NameQueries {

  static final int AT_ONCE = 16;
  static final int WAITING = 256;

  /** Who wants to know. */
  interface Question {

    /** Whether it is still to be asked. */
    boolean isWanted();

    /** The answer: some addresses, none if there are none or too much is asked. */
    void onFound(List<InetAddress> found);
  }

  private record Query(String host, Question question) {}

  private final Engine engine;
  private final NameThreads threads;
  private final Map<Object, Asker> askers = new HashMap<>();

  NameQueries(Engine engine, NameThreads threads) {
    this.engine = engine;
    this.threads = threads;
  }

  /**
   * Asks what a name stands for.
   *
   * @param who for whom
   * @param question is answered on the engine's thread, not before this has returned
   */
  void ask(Object who, String host, Question question) {
    Asker asker = askers.computeIfAbsent(who, Asker::new);
    if (asker.waiting.size() >= WAITING) {
      answerNothing(question);
      return;
    }
    asker.waiting.add(new Query(host, question));
    asker.go();
  }

  private void answerNothing(Question question) {
    engine.execute(() -> question.onFound(List.of()));
  }

  /** Somebody for whom names are asked. */
  private final class Asker {

    private final Object who;
    private final ArrayDeque<Query> waiting = new ArrayDeque<>();
    private int underWay;

    Asker(Object who) {
      this.who = who;
    }

    void go() {
      while (underWay < AT_ONCE && !waiting.isEmpty()) {
        Query next = waiting.poll();
        if (next.question.isWanted()) {
          start(next);
        }
      }
      if (underWay == 0) {
        askers.remove(who, this);
      }
    }

    private void start(Query query) {
      if (threads.ask(query.host, found -> engine.execute(() -> onAnswer(query.question, found)))) {
        underWay++;
      } else {
        answerNothing(query.question);
      }
    }

    private void onAnswer(Question question, List<InetAddress> found) {
      underWay--;
      go();
      question.onFound(found);
    }
  }
}

package dev.mptunnel.server;

import dev.mptunnel.net.Engine;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;

/**
 * The names that are resolved for one engine, not too many at once for any client: who asks for
 * many that nobody answers waits for himself. A name is asked for once, however many questions wait
 * for it. Used on the engine's thread.
 */
final class NameQueries {

  /** Names of one client. */
  static final int AT_ONCE = 32;

  /** Its questions, those that wait too. */
  static final int QUESTIONS = 1_024;

  /** Who wants to know; is told one of both, once. */
  interface Question {

    /** Whether it is still to be asked. */
    boolean isWanted();

    /** The answer: some addresses, or none if there are none. */
    void onFound(List<InetAddress> found);

    /** It was not asked, since too much is. */
    void onTooMany();
  }

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
   * @param who for which client
   * @param question is answered on the engine's thread, not before this has returned
   */
  void ask(Object who, String host, Question question) {
    askers.computeIfAbsent(who, Asker::new).ask(host, question);
  }

  /** Whether a name is being resolved for a client now, and does not wait for that. */
  boolean isUnderWay(Object who, String host) {
    Asker asker = askers.get(who);
    return asker != null && asker.underWay.containsKey(host);
  }

  private void answerTooMany(List<Question> questions) {
    questions.forEach(each -> engine.execute(each::onTooMany));
  }

  /** A client for which names are asked, and the questions for each of them. */
  private final class Asker {

    private final Object who;
    private final Map<String, List<Question>> underWay = new HashMap<>();
    private final SequencedMap<String, List<Question>> waiting = new LinkedHashMap<>();
    private int questions;

    Asker(Object who) {
      this.who = who;
    }

    void ask(String host, Question question) {
      if (questions >= QUESTIONS) {
        forgetUnwanted();
      }
      if (questions >= QUESTIONS) {
        answerTooMany(List.of(question));
        return;
      }
      questions++;
      List<Question> same = underWay.get(host);
      if (same == null) {
        same = waiting.computeIfAbsent(host, _ -> new ArrayList<>());
      }
      same.add(question);
      go();
    }

    private void forgetUnwanted() {
      Stream.of(underWay, waiting)
          .map(Map::values)
          .flatMap(Collection::stream)
          .forEach(
              each -> {
                questions -= each.size();
                each.removeIf(question -> !question.isWanted());
                questions += each.size();
              });
      waiting.values().removeIf(List::isEmpty);
    }

    private void go() {
      while (underWay.size() < AT_ONCE && !waiting.isEmpty()) {
        String host = waiting.firstEntry().getKey();
        List<Question> its = waiting.firstEntry().getValue();
        if (its.stream().noneMatch(Question::isWanted)) {
          questions -= waiting.remove(host).size();
        } else if (threads.ask(who, host, found -> engine.execute(() -> onAnswer(host, found)))) {
          underWay.put(host, waiting.remove(host));
        } else if (underWay.isEmpty()) {
          questions -= waiting.remove(host).size();
          answerTooMany(its);
        } else {
          return; // until one of its own has been answered
        }
      }
      if (underWay.isEmpty() && waiting.isEmpty()) {
        askers.remove(who, this);
      }
    }

    private void onAnswer(String host, List<InetAddress> found) {
      List<Question> its = underWay.remove(host);
      questions -= its.size();
      its.forEach(each -> engine.execute(() -> each.onFound(found)));
      go();
    }
  }
}

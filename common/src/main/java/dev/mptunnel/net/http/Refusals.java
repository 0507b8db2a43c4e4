package dev.mptunnel.net.http;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts what was refused, and tells of each reason once. From any thread. */
final class Refusals {

  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

  /** Why something was refused. */
  enum Reason {
    CONNECTIONS("more connections than %d"),
    STRANGERS("more connections of one host without the token than %d"),
    STREAMS("more streams of events than %d"),
    LONG("more requests for the history at a time than %d"),
    SLOW("a request that did not come, or an answer that was not taken, in time"),
    TOO_LONG("a request that was too long"),
    MALFORMED("something that is no request"),
    METHOD("a request that is neither GET nor HEAD"),
    HOST("a request by a name that is not ours"),
    TOKEN("a request without the token"),
    USER("a connection of another user");

    private final String text;

    Reason(String text) {
      this.text = text;
    }
  }

  private final Set<Reason> told = EnumSet.noneOf(Reason.class);
  private final AtomicLong count = new AtomicLong();

  /**
   * Something was refused.
   *
   * @param limit what the reason speaks of, or 0
   */
  void add(Reason reason, int limit) {
    count.incrementAndGet();
    boolean isNews;
    synchronized (told) {
      isNews = told.add(reason);
    }
    if (isNews) {
      LOG.warn(
          "status: refused {}; it is counted, and not told again", reason.text.formatted(limit));
    }
  }

  void add(Reason reason) {
    add(reason, 0);
  }

  long count() {
    return count.get();
  }
}

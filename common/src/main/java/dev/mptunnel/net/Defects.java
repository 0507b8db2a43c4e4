package dev.mptunnel.net;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What handlers, timers and tasks of an engine threw: said once, counted, and survived. */
final class Defects {

  private static final Logger LOG = LoggerFactory.getLogger(Defects.class);

  private volatile long count;

  /** Runs what must not stop the engine when it fails. On the engine's thread. */
  void guard(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      add(e);
    }
  }

  /** A handler, timer or task threw: a defect of this program. On the engine's thread. */
  @SuppressWarnings("NonAtomicVolatileUpdate") // by one thread
  void add(Throwable defect) {
    count++;
    try {
      if (count == 1) {
        LOG.error("internal error, going on: {} (-v shows where)", defect.toString());
      }
      LOG.debug("internal error {}", count, defect);
    } catch (RuntimeException | Error e) {
      // As with no memory left to say it: it is counted, and told of at the end.
    }
  }

  /** How often one of them threw. From any thread. */
  long count() {
    return count;
  }

  /** Says how many there were, if there were any. */
  void sayTotal() {
    if (count > 0) {
      LOG.error("{} internal errors in all", count);
    }
  }
}

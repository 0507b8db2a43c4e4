package dev.mptunnel.harness.world;

import dev.mptunnel.core.Flow;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What has come to one end on one flow and has not been delivered yet, and in which order the rest
 * was.
 *
 * <p>The order is judged within one life of the sender's flow: when something of another life
 * comes, the end begins anew.
 */
final class FlowJudge {

  private final List<Expectation> waiting = new ArrayList<>();
  private Flow source;
  private long highest = -1;

  /** It has come whole, for the first time or perhaps again. */
  void come(Expectation datagram) {
    if (datagram.source() != source) {
      source = datagram.source();
      highest = -1;
    }
    if (!waiting.contains(datagram)) {
      waiting.add(datagram);
    }
  }

  /** It need not be waited for any more. */
  void forget(Expectation datagram) {
    waiting.remove(datagram);
  }

  /** What is not delivered yet. */
  List<Expectation> waiting() {
    return waiting;
  }

  /** Takes out what is now delivered; null if nothing of this content has come. */
  Expectation take(ByteBuffer payload) {
    Expectation found = null;
    for (Expectation datagram : waiting) {
      // Of several of the same content, one that must be delivered, and of these the first to come.
      if (datagram.is(payload) && (found == null || (datagram.isCertain() && !found.isCertain()))) {
        found = datagram;
      }
    }
    waiting.remove(found);
    return found;
  }

  /** Whether one that was sent behind this one has been delivered before it, which now is. */
  boolean isOvertaken(Expectation datagram) {
    if (datagram.source() != source || !datagram.isUnmistakable()) {
      return false;
    }
    boolean overtaken = datagram.number() < highest;
    highest = Math.max(highest, datagram.number());
    return overtaken;
  }
}

package dev.mptunnel.server;

import java.util.HashMap;
import java.util.Map;

/**
 * How many each client has of what all share. Whoever lets a client have no more than are left
 * leaves something for the next one, however many have theirs already. From any thread.
 */
final class Shares {

  private final Map<Object, Integer> byClient = new HashMap<>();

  /**
   * Takes one for a client that has less than so many.
   *
   * @return false if it has as many, and none was taken
   */
  synchronized boolean take(Object client, long most) {
    int its = byClient.getOrDefault(client, 0);
    if (its >= most) {
      return false;
    }
    byClient.put(client, its + 1);
    return true;
  }

  /** Gives one back that was taken for this client. */
  synchronized void giveBack(Object client) {
    byClient.computeIfPresent(client, (_, its) -> its == 1 ? null : its - 1);
  }
}

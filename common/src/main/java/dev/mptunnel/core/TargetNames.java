package dev.mptunnel.core;

import dev.mptunnel.crypto.Client;
import java.util.Set;

/**
 * The targets that flows may lead to at an endpoint which accepts sessions.
 *
 * @param hasFixed whether there is one for flows that name none
 * @param named the names of the others
 */
public record TargetNames(boolean hasFixed, Set<String> named) {

  public TargetNames {
    named = Set.copyOf(named);
  }

  /** The fixed target and no other. */
  static TargetNames fixedAlone() {
    return new TargetNames(true, Set.of());
  }

  /**
   * Why a flow may not lead there, or null if it may. Who may use some targets only is not told
   * which others there are.
   *
   * @param target its name, or null for the fixed one
   * @param client whose flow it is, or null for one who was not invited and may use all
   */
  TargetRefusal refusal(String target, Client client) {
    if (client != null && !client.mayUse(target)) {
      return TargetRefusal.NOT_ALLOWED;
    }
    boolean isThere = target == null ? hasFixed : named.contains(target);
    return isThere ? null : TargetRefusal.UNKNOWN;
  }
}

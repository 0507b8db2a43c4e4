package dev.mptunnel.core;

import dev.mptunnel.access.AccessRules;
import dev.mptunnel.crypto.Client;
import dev.mptunnel.wire.About;
import dev.mptunnel.wire.Destination;
import java.util.Set;

/**
 * The targets that flows may lead to at an endpoint which accepts sessions.
 *
 * @param hasFixed whether there is one for flows that name none
 * @param named the names of the others
 * @param access which destinations flows may lead to besides, as far as all clients may
 */
public record TargetNames(boolean hasFixed, Set<String> named, AccessRules access) {

  public TargetNames {
    named = Set.copyOf(named);
  }

  /** Without destinations. */
  public TargetNames(boolean hasFixed, Set<String> named) {
    this(hasFixed, named, AccessRules.NONE);
  }

  /** The fixed target and no other. */
  static TargetNames fixedAlone() {
    return new TargetNames(true, Set.of());
  }

  /**
   * Why a flow may not lead there, or null if it may. Who may use some targets only is not told
   * which others there are.
   *
   * @param target its name, or null for the fixed one, or a destination as it came; what its name
   *     stands for, whoever sends there has to check
   * @param client whose flow it is, or null for one who was not invited and may use all
   */
  TargetRefusal refusal(String target, Client client) {
    if (About.TARGET.equals(target)) {
      return null; // for whoever is in a session
    }
    if (target != null && Destination.isWritten(target)) {
      Destination to = Destination.parse(target);
      boolean mayBe = to != null && new Rights(client).access(access).mayBe(to);
      return mayBe ? null : TargetRefusal.NOT_ALLOWED;
    }
    if (client != null && !client.mayUse(target)) {
      return TargetRefusal.NOT_ALLOWED;
    }
    boolean isThere = target == null ? hasFixed : named.contains(target);
    return isThere ? null : TargetRefusal.UNKNOWN;
  }
}

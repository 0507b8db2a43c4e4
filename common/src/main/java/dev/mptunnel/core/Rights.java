package dev.mptunnel.core;

import dev.mptunnel.access.AccessRules;
import dev.mptunnel.crypto.Client;

/**
 * What whoever opened a session may use. Does not change, and may be handed to another thread.
 *
 * @param client who that is, or null for one who was not invited and may use all
 */
public record Rights(Client client) {

  /**
   * Whether it may use a target.
   *
   * @param target its name, or empty for the one that has none
   */
  public boolean mayUse(String target) {
    return client == null || client.mayUse(target.isEmpty() ? null : target);
  }

  /**
   * Who pays for what it takes of what all share: the client, however many sessions it has; or the
   * session, of one who was not invited. Whatever pays is equal to itself only.
   *
   * @param sessionId the session that these rights are of
   */
  public Object account(long sessionId) {
    return client == null ? (Object) sessionId : client.name();
  }

  /** What it may have us dial, where this is what all may. */
  public AccessRules access(AccessRules forAll) {
    return client == null ? forAll : client.accessBesides(forAll);
  }
}

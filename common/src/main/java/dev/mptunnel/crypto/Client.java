package dev.mptunnel.crypto;

import dev.mptunnel.access.AccessRules;
import dev.mptunnel.wire.TargetName;
import java.util.Set;

/**
 * Somebody who was invited. The arrays are not copied: nobody may change them.
 *
 * @param name what the server's user calls the client
 * @param publicKey the client's static X25519 key, {@link Curve25519#KEY_BYTES} bytes
 * @param psk what only this client and the server know, 32 bytes; also that of one who was revoked,
 *     so that the server can say so under seal
 * @param revoked whether the client may no longer come
 * @param targets the names of the targets that the client may use, {@link TargetName#FIXED} being
 *     that of the one without a name; empty if it may use all
 * @param access what it may have the server dial beyond these, besides what all may
 */
public record Client(
    String name,
    byte[] publicKey,
    byte[] psk,
    boolean revoked,
    Set<String> targets,
    AccessRules access) {

  public Client {
    targets = Set.copyOf(targets);
  }

  /**
   * Whether the client may use a target.
   *
   * @param target its name, or null for the one that has none
   */
  public boolean mayUse(String target) {
    return targets.isEmpty() || targets.contains(target == null ? TargetName.FIXED : target);
  }

  /**
   * What the client may have the server dial. Who may use some targets only gets nothing from what
   * all may dial: the line that names them says everything that is allowed.
   *
   * @param forAll what all may
   */
  public AccessRules accessBesides(AccessRules forAll) {
    return (targets.isEmpty() ? forAll : forAll.denials()).and(access);
  }
}

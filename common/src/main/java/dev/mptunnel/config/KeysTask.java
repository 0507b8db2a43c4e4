package dev.mptunnel.config;

import dev.mptunnel.access.AccessRules;
import dev.mptunnel.secret.SharedSeed;
import java.nio.file.Path;
import java.util.List;

/** What {@code mpserver} is to do with keys, instead of serving. */
public sealed interface KeysTask {

  /**
   * Make a secret.
   *
   * @param file where to write it, or null to print it
   */
  record Keygen(Path file) implements KeysTask {}

  /**
   * Make an invitation.
   *
   * @param secret the server's
   * @param targets the names of those that the client may use; empty for all
   * @param access what it may have the server dial beyond these
   */
  record Invite(
      String name, SharedSeed secret, Path clientsFile, List<String> targets, AccessRules access)
      implements KeysTask {}

  /** End an invitation. */
  record Revoke(String name, Path clientsFile) implements KeysTask {}

  /** Show all invitations. */
  record Show(Path clientsFile) implements KeysTask {}
}

package dev.mptunnel.config;

import dev.mptunnel.config.SettingValues.Placed;
import dev.mptunnel.secret.SharedSecret;
import dev.mptunnel.secret.SharedSeed;
import java.nio.file.Path;
import java.util.List;

/**
 * How a server protects its packets, and who may come.
 *
 * @param secret from which its keys derive; null if {@code PLAIN}, the well-known one if {@code
 *     OPPORTUNISTIC}
 * @param clientsFile who was invited, or null; not read yet, and it need not be there yet
 * @param maxSessionsPerClient sessions at once of one who was invited
 * @param warnings what the log should tell the user, a line each
 */
public record ServerSecurity(
    Protection protection,
    SharedSecret secret,
    Path clientsFile,
    int maxSessionsPerClient,
    List<String> warnings) {

  public ServerSecurity {
    warnings = List.copyOf(warnings);
  }

  static ServerSecurity of(SettingValues values) throws ConfigException {
    Placed<SharedSecret> secret = SecretSource.secret(values, Settings.SERVER_SECRET);
    Placed<Path> clients = values.find(Settings.CLIENTS_FILE);
    if (clients != null) {
      inviting(secret, clients.place());
    }
    Protection protection = SecretSource.protection(values, secret);
    return new ServerSecurity(
        protection,
        switch (protection) {
          case PLAIN -> null;
          case OPPORTUNISTIC -> SharedSeed.WELL_KNOWN;
          case KEYED -> secret.value();
        },
        clients == null ? null : clients.value(),
        Math.toIntExact(values.get(Settings.MAX_SESSIONS_PER_CLIENT)),
        SecretSource.warnings(values, secret));
  }

  /**
   * The secret of a server that invites. A password will not do: an invitation holds the server's
   * public key, on which whoever is invited can try passwords.
   *
   * @param secret what is set, or null
   * @param place where the clients file is named
   */
  static SharedSeed inviting(Placed<SharedSecret> secret, String place) throws ConfigException {
    if (secret == null) {
      throw new ConfigException(
              "invitations need a secret; expected one made by 'mpserver keygen', as secret-file")
          .at(place);
    }
    if (secret.value() instanceof SharedSeed seed) {
      return seed;
    }
    throw new ConfigException(
            "who is invited could guess the password at "
                + secret.place()
                + "; expected a secret made by 'mpserver keygen'")
        .at(place);
  }
}

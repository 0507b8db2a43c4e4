package dev.mptunnel.config;

import dev.mptunnel.config.SettingValues.Placed;
import dev.mptunnel.secret.Secret;
import dev.mptunnel.secret.SharedSeed;
import java.util.List;
import java.util.Objects;

/**
 * How a client protects its packets.
 *
 * @param secret from which its keys derive; null if {@code PLAIN}, the well-known one if {@code
 *     OPPORTUNISTIC}
 * @param cipher what packets are sealed with, unless {@code PLAIN}
 * @param warnings what the log should tell the user, a line each
 */
public record ClientSecurity(
    Protection protection, Secret secret, CipherChoice cipher, List<String> warnings) {

  public ClientSecurity {
    warnings = List.copyOf(warnings);
  }

  /** Whether a session that was opened by the one is as if it were opened by the other. */
  public boolean opensAs(ClientSecurity other) {
    return protection == other.protection
        && cipher == other.cipher
        && Objects.equals(secret, other.secret);
  }

  static ClientSecurity of(SettingValues values) throws ConfigException {
    Placed<Secret> secret = SecretSource.secret(values, Settings.CLIENT_SECRET);
    Protection protection = SecretSource.protection(values, secret);
    return new ClientSecurity(
        protection,
        switch (protection) {
          case PLAIN -> null;
          case OPPORTUNISTIC -> SharedSeed.WELL_KNOWN;
          case KEYED -> secret.value();
        },
        values.get(Settings.CIPHER),
        SecretSource.warnings(values, secret));
  }
}

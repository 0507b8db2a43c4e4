package dev.mptunnel.client;

import dev.mptunnel.config.ClientSecurity;
import dev.mptunnel.config.Protection;
import dev.mptunnel.config.SessionSettings;
import dev.mptunnel.core.EndpointSettings;
import dev.mptunnel.core.PlainSecurity;
import dev.mptunnel.core.SealedSecurity;
import dev.mptunnel.core.Security;
import java.util.random.RandomGenerator;

/** What a client's endpoint is made of, by its configuration. */
public final class ClientEnd {

  private ClientEnd() {}

  /** How its sessions behave. */
  public static EndpointSettings settings(SessionSettings settings) {
    EndpointSettings defaults = EndpointSettings.defaults(false);
    return new EndpointSettings(
        false,
        settings.pingNanos(),
        settings.pingIdleNanos(),
        settings.pathTimeoutNanos(),
        settings.flowTimeoutNanos(),
        defaults.sessionTimeoutNanos(),
        settings.maxFlows(),
        defaults.maxSessions(),
        defaults.maxSessionsPerClient(),
        settings.mtuBytes(),
        defaults.keySettings(),
        settings.repair());
  }

  /**
   * How its sessions are opened and kept whole.
   *
   * @param random unpredictable
   */
  public static Security security(ClientSecurity config, RandomGenerator random) {
    return config.protection() == Protection.PLAIN
        ? new PlainSecurity()
        : SealedSecurity.initiator(config.secret().clientKeys(random), config.cipher().keyBits());
  }
}

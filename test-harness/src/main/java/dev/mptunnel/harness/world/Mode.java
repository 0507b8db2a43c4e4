package dev.mptunnel.harness.world;

import dev.mptunnel.core.PlainSecurity;
import dev.mptunnel.core.SealedSecurity;
import dev.mptunnel.core.Security;
import dev.mptunnel.crypto.ClientKeys;
import dev.mptunnel.crypto.ServerKeys;
import dev.mptunnel.crypto.StaticKeys;
import java.util.random.RandomGenerator;

/** How the two ends of a simulated tunnel are secured. */
enum Mode {
  PLAIN(0),
  AES_128(128),
  AES_256(256);

  private final int keyBits;

  Mode(int keyBits) {
    this.keyBits = keyBits;
  }

  /** What a server has, in each of its lives. */
  Security server(ServerKeys keys) {
    return this == PLAIN ? new PlainSecurity() : SealedSecurity.responder(keys, publicKey -> null);
  }

  /** What one life of a client has, with a key pair of its own. */
  Security client(ServerKeys server, RandomGenerator random) {
    return this == PLAIN
        ? new PlainSecurity()
        : SealedSecurity.initiator(
            new ClientKeys(StaticKeys.random(random), server.own().publicKey(), server.sharedPsk()),
            keyBits);
  }
}

package dev.mptunnel.program;

import dev.mptunnel.crypto.NoiseIkPsk2;
import dev.mptunnel.crypto.StaticKeys;
import dev.mptunnel.net.Engines;
import dev.mptunnel.net.Signals;
import java.security.SecureRandom;
import java.time.ZoneId;
import java.time.zone.ZoneRules;

/**
 * Has classes loaded that a program will need, on a thread beside the one that reads its
 * configuration: what takes longest at the start then takes no time of its own where there are two
 * processors.
 */
public final class HeadStart {

  private HeadStart() {}

  /** With what all programs need, each on a thread of its own. */
  public static void begin() {
    with(Engines::prepare);
    with(
        () -> {
          Signals.prepare();
          ZoneRules _ = ZoneId.systemDefault().getRules(); // the log's
        });
  }

  /** With what an end of a tunnel needs: a handshake. */
  public static void beginWithKeys() {
    begin();
    with(
        () -> {
          SecureRandom random = new SecureRandom();
          StaticKeys keys = StaticKeys.random(random);
          byte[] ephemeral = new byte[keys.privateKey().length];
          random.nextBytes(ephemeral);
          byte[] nothing = new byte[0];
          NoiseIkPsk2.initiator(
                  nothing, keys, keys.publicKey(), new byte[NoiseIkPsk2.PSK_BYTES], ephemeral)
              .writeMessage1(nothing);
        });
  }

  /** Does the work, whose results are thrown away. */
  private static void with(Runnable work) {
    Thread.ofPlatform()
        .daemon()
        .name("head start")
        .start(
            () -> {
              try {
                work.run();
              } catch (RuntimeException | LinkageError e) {
                // Whoever needs it in earnest finds the same, and tells it.
              }
            });
  }
}

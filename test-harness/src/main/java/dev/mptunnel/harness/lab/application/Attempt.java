package dev.mptunnel.harness.lab.application;

import java.util.Optional;

/**
 * How an application's work went.
 *
 * @param seconds it took, also if it failed
 * @param failure why it failed; empty if it did not
 */
public record Attempt(double seconds, Optional<String> failure) {

  /** One that went well. */
  public static Attempt done(double seconds) {
    return new Attempt(seconds, Optional.empty());
  }

  /** One that did not. */
  public static Attempt failed(double seconds, String why) {
    return new Attempt(seconds, Optional.of(why));
  }

  /** Whether it went wrong. */
  public boolean hasFailed() {
    return failure.isPresent();
  }
}

package dev.mptunnel.core;

import dev.mptunnel.wire.Limits;
import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;

/** What all sessions of an endpoint share. */
final class Context {

  private final EndpointSettings settings;
  private final RandomGenerator random;
  private final Output output;
  private final EndpointCounters counters = new EndpointCounters();
  private final ByteBuffer scratch = ByteBuffer.allocate(Limits.MAX_PACKET_BYTES);

  Context(EndpointSettings settings, RandomGenerator random, Output output) {
    this.settings = settings;
    this.random = random;
    this.output = output;
  }

  EndpointSettings settings() {
    return settings;
  }

  RandomGenerator random() {
    return random;
  }

  Output output() {
    return output;
  }

  EndpointCounters counters() {
    return counters;
  }

  /** The buffer in which the one packet that is being made stands; cleared by this. */
  ByteBuffer scratch() {
    return scratch.clear();
  }
}

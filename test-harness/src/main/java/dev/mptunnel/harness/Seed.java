package dev.mptunnel.harness;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Where the randomness of one test comes from. Print it, and the same run can be had again.
 *
 * <p>Generators are of the algorithm {@code L64X128MixRandom}, which the JDK specifies by name, so
 * that a seed means the same on another machine and under another JDK.
 */
public record Seed(long value) {

  /** The system property that replays a run: {@code -Dmptunnel.seed=N}. */
  public static final String PROPERTY = "mptunnel.seed";

  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

  /** The seed that the user asked for, or a fresh one. */
  public static Seed ofRun() {
    Long asked = Long.getLong(PROPERTY);
    return asked != null ? new Seed(asked) : fresh(System.nanoTime());
  }

  /** A generator that starts from this seed; each call gives one that has drawn nothing yet. */
  public RandomGenerator generator() {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(value);
  }

  /** The seed of an independent part: adding a draw in one part must not move all the others. */
  public Seed part(long index) {
    return fresh(value + (index + 1) * GOLDEN_GAMMA);
  }

  /** {@link #part(long)} by name. */
  public Seed part(String name) {
    return part(name.hashCode());
  }

  /** Never negative, and not too long, so that it reads well. */
  private static Seed fresh(long bits) {
    return new Seed(mix(bits) >>> 16);
  }

  /** A bijection of 64 bits that leaves no pattern of its input (the SplitMix64 finalizer). */
  public static long mix(long bits) {
    long z = (bits ^ (bits >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }

  @Override
  public String toString() {
    return "-D" + PROPERTY + "=" + value;
  }
}

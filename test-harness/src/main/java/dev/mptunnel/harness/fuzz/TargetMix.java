package dev.mptunnel.harness.fuzz;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Several targets as one, for a process that starts once for all of them. An input's first byte
 * chooses the target, and the rest is the target's. Each has the same share of the time, what its
 * first inputs take to load its classes aside: what would give one more than that is passed by.
 */
final class TargetMix implements FuzzTarget {

  /** How far one may be ahead of its share. */
  private static final long MAX_AHEAD_NANOS = 50_000_000;

  /** First inputs, which load classes. */
  private static final int FIRST_INPUTS = 20;

  private final List<FuzzTargets> names;
  private final List<FuzzTarget> targets;
  private final long[] spentNanos;
  private final long[] inputs;
  private long startNanos;

  private TargetMix(List<FuzzTargets> names) {
    this.names = names;
    this.targets = names.stream().map(FuzzTargets::create).toList();
    spentNanos = new long[names.size()];
    inputs = new long[names.size()];
  }

  /** The mix of these, or the only one, which needs no byte that chooses it. */
  static FuzzTarget of(List<FuzzTargets> names) {
    return names.size() == 1 ? names.getFirst().create() : new TargetMix(names);
  }

  /** These targets' names in one word. */
  static String names(List<FuzzTargets> targets) {
    return String.join(",", targets.stream().map(FuzzTargets::name).toList());
  }

  /** The targets of that word. */
  static List<FuzzTargets> named(String names) {
    return Arrays.stream(names.split(",")).map(FuzzTargets::valueOf).toList();
  }

  /** Of an input, what the target takes that it chooses. */
  static byte[] inputOf(byte[] input) {
    return Arrays.copyOfRange(input, 1, input.length);
  }

  @Override
  public void accept(byte[] input) throws Exception {
    int chosen = input.length == 0 ? targets.size() : input[0] & 0xff;
    if (chosen >= targets.size() || isAhead(chosen)) {
      return;
    }
    long start = System.nanoTime();
    targets.get(chosen).accept(inputOf(input));
    if (++inputs[chosen] > FIRST_INPUTS) {
      spentNanos[chosen] += System.nanoTime() - start;
    }
  }

  /** Of the time since the first that was past its first inputs. */
  private boolean isAhead(int chosen) {
    if (inputs[chosen] < FIRST_INPUTS) {
      return false;
    }
    startNanos = startNanos == 0 ? System.nanoTime() : startNanos;
    long share = (System.nanoTime() - startNanos) / targets.size();
    return spentNanos[chosen] > share + MAX_AHEAD_NANOS;
  }

  /** How many inputs each has taken, on a line each. */
  String counts() {
    StringBuilder counts = new StringBuilder();
    for (int i = 0; i < inputs.length; i++) {
      counts.append(countOf(names.get(i))).append(inputs[i]).append('\n');
    }
    return counts.toString();
  }

  /** What stands before a target's count. */
  static String countOf(FuzzTargets target) {
    return "inputs of " + target + ": ";
  }

  @Override
  public List<byte[]> seeds() {
    List<byte[]> seeds = new ArrayList<>();
    for (int i = 0; i < targets.size(); i++) {
      for (byte[] seed : targets.get(i).seeds()) {
        byte[] mixed = new byte[1 + seed.length];
        mixed[0] = (byte) i;
        System.arraycopy(seed, 0, mixed, 1, seed.length);
        seeds.add(mixed);
      }
      seeds.add(new byte[] {(byte) i});
    }
    return seeds;
  }
}

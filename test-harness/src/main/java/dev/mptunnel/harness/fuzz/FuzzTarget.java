package dev.mptunnel.harness.fuzz;

import java.util.List;

/** Something that must take any bytes. Called by one thread; keeps nothing between inputs. */
@FunctionalInterface
interface FuzzTarget {

  /**
   * Takes an input, to be left as it is.
   *
   * @throws Exception if what must hold does not: a finding
   */
  void accept(byte[] input) throws Exception;

  /** Inputs to start from, where those that the fuzzer makes up would take it long to get in. */
  default List<byte[]> seeds() {
    return List.of();
  }
}

package dev.mptunnel.harness.lab;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** The middle one of several runs' figures. */
public final class Median {

  private Median() {}

  /** The median; with an even number of runs the lower of the two in the middle. */
  public static <R> double of(List<R> runs, ToDoubleFunction<R> figure) {
    double[] sorted = runs.stream().mapToDouble(figure).sorted().toArray();
    return sorted[(sorted.length - 1) / 2];
  }
}

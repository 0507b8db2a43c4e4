package dev.mptunnel.harness.lab;

import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** Which of several things a user wants to see compared. */
public final class Choice {

  private Choice() {}

  /** Those of these names, in the order of all; all where there are no names. */
  public static <T> List<T> of(
      CommandSpec spec, String option, List<String> names, List<T> all, Function<T, String> name) {
    return of(spec, option, names, all, name, _ -> true);
  }

  /**
   * Those of these names, in the order of all; the usual ones where there are no names.
   *
   * @throws ParameterException for a name that none has
   */
  public static <T> List<T> of(
      CommandSpec spec,
      String option,
      List<String> names,
      List<T> all,
      Function<T, String> name,
      Predicate<T> isUsual) {
    List<String> known = all.stream().map(name).toList();
    for (String wanted : names) {
      if (!known.contains(wanted)) {
        throw new ParameterException(
            spec.commandLine(),
            option + " " + wanted + ": expected one of " + String.join(", ", known));
      }
    }
    return all.stream()
        .filter(one -> names.isEmpty() ? isUsual.test(one) : names.contains(name.apply(one)))
        .toList();
  }
}

package dev.mptunnel.harness.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/** {@code --only} chooses, and refuses what there is not. */
class ChoiceTest {

  private static List<String> only(String... names) {
    CommandSpec spec = new CommandLine(CommandSpec.create()).getCommandSpec();
    return Choice.of(spec, "--only", List.of(names), List.of("a", "b", "c"), name -> name);
  }

  @Test
  void allTakePartUnlessSomeAreNamed() {
    assertEquals(List.of("a", "b", "c"), only());
    assertEquals(List.of("a", "c"), only("c", "a"));
  }

  @Test
  void whatIsNotUsualTakesPartOnlyIfNamed() {
    CommandSpec spec = new CommandLine(CommandSpec.create()).getCommandSpec();
    List<String> all = List.of("rare", "usual");
    for (List<String> names : List.of(List.<String>of(), List.of("usual", "rare"))) {
      assertEquals(
          names.isEmpty() ? List.of("usual") : all,
          Choice.of(spec, "--only", names, all, name -> name, name -> !name.equals("rare")));
    }
  }

  @Test
  void anUnknownNameIsAnError() {
    ParameterException e = assertThrows(ParameterException.class, () -> only("a", "d"));
    assertEquals("--only d: expected one of a, b, c", e.getMessage());
  }
}

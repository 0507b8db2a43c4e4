package dev.mptunnel.harness.fuzz;

import dev.mptunnel.harness.scenario.Scenario;
import dev.mptunnel.harness.scenario.ScenarioFile;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A scenario is played as it was written, or refused in one line that says where. */
final class ScenarioTarget implements FuzzTarget {

  @Override
  public void accept(byte[] input) {
    Scenario scenario;
    try {
      scenario = ScenarioFile.parse("x", new String(input, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException refused) {
      Must.equal(IllegalArgumentException.class, refused.getClass(), "not worded for a person");
      Must.hold(refused.getMessage().startsWith("x:"), refused.getMessage());
      return;
    }
    for (Scenario.Event event : scenario.timeline()) {
      Must.hold(event.action().number() <= scenario.lines(), event.toString());
      Must.hold(event.at().compareTo(scenario.length()) <= 0, event.toString());
    }
  }

  @Override
  public List<byte[]> seeds() {
    String text =
        """
        line 1 loss=2% # one
        line 2 with=1
        line 2 up mtu=1280 icmp
        passenger voice
        lasts 9s
        at 1s line 2 down
        at 1500ms line 2 up
        at 2s line 1 rebind
        """;
    return List.of(text.getBytes(StandardCharsets.UTF_8));
  }
}

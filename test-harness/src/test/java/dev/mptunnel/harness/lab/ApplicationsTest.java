package dev.mptunnel.harness.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mptunnel.harness.lab.application.Application;
import dev.mptunnel.harness.lab.application.Attempt;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever program does its work through the proxy, no byte of it is wrong and nothing fails, on
 * lines that lose one packet in a hundred each way, one of which dies in the midst of it.
 */
@Tag("full")
@InLab
class ApplicationsTest {

  private static final int ROUNDS = 3;

  @Test
  void noApplicationNoticesThatALineDies(@TempDir Path directory) throws IOException {
    Optional<String> missing = Requirements.missingForApplications();
    assumeTrue(missing.isEmpty(), () -> missing.orElseThrow());
    Conditions conditions = new Conditions(1, 50, 20, 50, "cubic");
    TunnelSockets sockets = new TunnelSockets("cubic", "auto");
    try (Topology topology = Topology.create(conditions, directory);
        ApplicationsComparison comparison =
            ApplicationsComparison.start(topology, conditions, 4, sockets)) {
      List<Application> applications = comparison.applications();
      for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < applications.size(); i++) {
          int dying = 1 + (round + i) % conditions.lines().size();
          ApplicationRun run = comparison.run(applications.get(i), ApplicationWay.MPTUNNEL, dying);
          assertEquals(List.of(), run.attempts().stream().filter(Attempt::hasFailed).toList());
          assertTrue(run.lineDied(), run + ": no line died");
          System.out.println(run);
        }
      }
    }
  }
}

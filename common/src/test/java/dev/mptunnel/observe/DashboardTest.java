package dev.mptunnel.observe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mptunnel.core.LossTotals;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What Grafana's dashboard asks for is what the programs tell Prometheus. */
class DashboardTest {

  private static final Pattern METRIC = Pattern.compile("\\b(?:mptunnel|process|jvm)_[a-z_]+");
  private static final Pattern SAMPLE = Pattern.compile("(?m)^([a-z_]+)[{ ]");

  private static String metrics() {
    Figures ofClient =
        Samples.client(
            Samples.session(
                Samples.SESSION,
                new LossTotals(9, 8),
                Samples.path(0, 9, 8),
                Samples.path(1, 9, 8)));
    return Metrics.text(Samples.snapshot("mpclient", ofClient, Trends.NONE))
        + Metrics.text(Samples.snapshot("mpbridge", Samples.relay(), Trends.NONE));
  }

  @Test
  void allThatItAsksForIsThere() throws IOException {
    Set<String> told =
        SAMPLE
            .matcher(metrics())
            .results()
            .map(sample -> sample.group(1))
            .collect(Collectors.toCollection(TreeSet::new));
    Set<String> asked =
        METRIC
            .matcher(Files.readString(Path.of("../conf/grafana.json")))
            .results()
            .map(metric -> metric.group())
            .collect(Collectors.toCollection(TreeSet::new));
    assertTrue(asked.size() > 15, "they are not found: " + asked);
    asked.removeAll(told);
    assertEquals(Set.of(), asked);
  }

  /** Of Debian's package prometheus. */
  @Test
  @Tag("full")
  void promtoolFindsNothingToComplainOf() throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/usr/bin/promtool")), "promtool is not installed");
    for (Figures figures :
        List.of(
            Samples.relay(),
            Samples.client(
                Samples.session(Samples.SESSION, new LossTotals(9, 8), Samples.path(0, 9, 8))))) {
      Process promtool =
          new ProcessBuilder("/usr/bin/promtool", "check", "metrics")
              .redirectErrorStream(true)
              .start();
      promtool
          .getOutputStream()
          .write(
              Metrics.text(Samples.snapshot("mpclient", figures, Trends.NONE))
                  .getBytes(StandardCharsets.UTF_8));
      promtool.getOutputStream().close();
      String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, promtool.waitFor(), said);
      assertEquals("", said);
    }
  }
}

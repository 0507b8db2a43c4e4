package dev.mptunnel.harness.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;

class ResultsTest {

  @TempDir Path directory;

  private static Table table() {
    Table table = new Table("chain", "µs");
    table.add("udp", Table.number(Double.NaN, 2));
    table.add("c, with \"GSO\"", Table.number(1.236, 2));
    return table;
  }

  @Test
  void theSameFiguresForPeopleAndMachines() {
    assertEquals(
        "chain            µs\nudp               -\nc, with \"GSO\"  1.24\n", table().text());
    assertEquals("chain,µs\nudp,-\n\"c, with \"\"GSO\"\"\",1.24\n", table().csv());
    assertTrue(table().markdown().startsWith("| chain | µs |\n| --- | ---: |\n| udp | - |\n"));
  }

  @Test
  void aTableTakesThePlaceOfTheOneBefore() throws IOException {
    Path document = directory.resolve("performance.md");
    Files.writeString(document, "a\n<!-- bench:cpu -->\nold\n<!-- /bench:cpu -->\nb\n");
    Results results =
        new Results("cpu", List.of("cond $1"), table(), new Plot("t", "µs", List.of("x")));
    results.insert(document);
    results.insert(document);
    assertEquals(
        "a\n<!-- bench:cpu -->\n    cond $1\n\n" + table().markdown() + "<!-- /bench:cpu -->\nb\n",
        Files.readString(document));
    Files.writeString(document, "no place");
    assertThrows(IOException.class, () -> results.insert(document));
  }

  @Test
  void aPlotIsAnSvgWithALineForEachChain() throws Exception {
    Plot plot = new Plot("Round trip & more", "µs", List.of("p50", "max"));
    plot.add("udp", 12, 340);
    plot.add("c < d", 15, Double.NaN);
    byte[] svg = plot.svg().getBytes(StandardCharsets.UTF_8);
    Document read =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(svg));
    assertEquals(2, read.getElementsByTagName("polyline").getLength());
    assertEquals(3, read.getElementsByTagName("circle").getLength());
  }
}

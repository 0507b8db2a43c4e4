package dev.mptunnel.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The README's tables say what the programs know, and the Chinese README says the same. */
class ReadmeTest {

  private static final Path ENGLISH = Path.of("../README.md");
  private static final Path CHINESE = Path.of("../README.zh-CN.md");
  private static final String END = "<!-- /settings -->";

  static Stream<Command<?>> commands() {
    return Stream.of(new ClientCommand(Map.of()), new ServerCommand(Map.of()), new BridgeCommand());
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everySettingIsInTheReadme(Command<?> command) throws IOException {
    String readme = Files.readString(ENGLISH);
    String start = "<!-- settings:" + command.name() + " -->\n";
    int from = readme.indexOf(start) + start.length();
    assertEquals(
        SettingsTable.markdown(command), readme.substring(from, readme.indexOf(END, from)));
  }

  @Test
  void theChineseReadmeSaysTheSame() throws IOException {
    Translation translation = new Translation(Markdown.read(ENGLISH), Markdown.read(CHINESE));
    assertEquals("", String.join("\n", translation.differences()));
  }

  @Test
  void eachLanguageLeadsToTheOtherAtTheTop() throws IOException {
    assertTrue(top(ENGLISH).contains("[简体中文](README.zh-CN.md)"), ENGLISH::toString);
    assertTrue(top(CHINESE).contains("[English](README.md)"), CHINESE::toString);
  }

  /** The first paragraph. */
  private static String top(Path readme) throws IOException {
    return Markdown.read(readme).sections().getFirst().pieces().getFirst().text();
  }
}

package dev.mptunnel.config;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The README's tables say what the programs know. */
class ReadmeTest {

  private static final String END = "<!-- /settings -->";

  static Stream<Command<?>> commands() {
    return Stream.of(new ClientCommand(Map.of()), new ServerCommand(Map.of()), new BridgeCommand());
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everySettingIsInTheReadme(Command<?> command) throws IOException {
    String readme = Files.readString(Path.of("../README.md"));
    String start = "<!-- settings:" + command.name() + " -->\n";
    int from = readme.indexOf(start) + start.length();
    assertEquals(
        SettingsTable.markdown(command), readme.substring(from, readme.indexOf(END, from)));
  }
}

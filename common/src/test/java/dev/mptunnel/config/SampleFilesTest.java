package dev.mptunnel.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SampleFilesTest {

  private static final Pattern COMMENTED_SETTING = Pattern.compile("(?m)^#(([a-z-]+) = )");

  @TempDir Path folder;

  static Stream<Command<?>> commands() {
    return Stream.of(new ClientCommand(Map.of()), new ServerCommand(Map.of()), new BridgeCommand());
  }

  @ParameterizedTest
  @MethodSource("commands")
  void showEverySettingAndWhatIsCommentedOutIsTheDefault(Command<?> command) throws Exception {
    Path sample = Path.of("..", "conf", command.name() + ".conf");
    String text = Files.readString(sample);
    Path uncommented = folder.resolve(sample.getFileName());
    Files.writeString(
        uncommented,
        COMMENTED_SETTING
            .matcher(text)
            .replaceAll(line -> hasDefault(command, line) ? line.group(1) : line.group()));

    assertEquals(
        command.config("-c", sample.toString()), command.config("-c", uncommented.toString()));
    for (Setting<?> setting : command.settings().all()) {
      assertTrue(
          setting.equals(command.settings().bareLine())
              || text.contains("\n" + beginning(setting))
              || text.contains("\n#" + beginning(setting)),
          sample + " lacks " + setting.name());
    }
  }

  private static String beginning(Setting<?> setting) {
    return setting.isFamily() ? setting.prefix() : setting.name() + " = ";
  }

  private static boolean hasDefault(Command<?> command, MatchResult line) {
    Setting<?> setting = command.settings().find(line.group(2));
    return setting == null || setting.defaultText() != null;
  }
}

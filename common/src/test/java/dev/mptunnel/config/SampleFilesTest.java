package dev.mptunnel.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SampleFilesTest {

  private static final Pattern COMMENTED_SETTING = Pattern.compile("(?m)^#([a-z-]+ = )");

  @TempDir Path folder;

  static Stream<Command<?>> commands() {
    return Stream.of(new ClientCommand(), new ServerCommand(), new BridgeCommand());
  }

  @ParameterizedTest
  @MethodSource("commands")
  void showEverySettingAndWhatIsCommentedOutIsTheDefault(Command<?> command) throws Exception {
    Path sample = Path.of("..", "conf", command.name() + ".conf");
    String text = Files.readString(sample);
    Path uncommented = folder.resolve(sample.getFileName());
    Files.writeString(uncommented, COMMENTED_SETTING.matcher(text).replaceAll("$1"));

    assertEquals(
        command.config("-c", sample.toString()), command.config("-c", uncommented.toString()));
    String settings = Files.readString(uncommented);
    for (Setting<?> setting : command.settings().all()) {
      assertTrue(
          setting.equals(command.settings().bareLine())
              || settings.contains("\n" + setting.name() + " = "),
          sample + " lacks " + setting.name());
    }
  }
}

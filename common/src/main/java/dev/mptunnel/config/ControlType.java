package dev.mptunnel.config;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The place of a Unix socket, or a word. */
record ControlType() implements ValueType<StatusSettings.Control> {

  private static final String AUTO = "auto";
  private static final String OFF = "off";
  private static final FilePath PATH = new FilePath();

  /** What the kernel takes (unix(7), sun_path). */
  private static final int MAX_BYTES = 107;

  @Override
  public StatusSettings.Control parse(String text) throws ConfigException {
    return switch (text) {
      case AUTO -> new StatusSettings.Control.Auto();
      case OFF -> new StatusSettings.Control.Off();
      default -> {
        if (text.getBytes(StandardCharsets.UTF_8).length > MAX_BYTES) {
          throw new ConfigException(
              Excerpt.of(text) + " is too long; expected " + MAX_BYTES + " bytes or fewer");
        }
        yield new StatusSettings.Control.At(PATH.parse(text));
      }
    };
  }

  @Override
  public String within(Path folder, String text) {
    String written = text.strip();
    return written.equals(AUTO) || written.equals(OFF) ? text : PATH.within(folder, text);
  }

  @Override
  public String placeholder() {
    return "PATH";
  }

  @Override
  public String expected() {
    return "auto, off or a path for a Unix socket";
  }
}

package dev.mptunnel.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** The name of a file. */
record FilePath() implements ValueType<Path> {

  @Override
  public Path parse(String text) throws ConfigException {
    // Whoever names the file in a message need not look again at what it is made of.
    if (!Excerpt.unquoted(text).equals(text)) {
      throw new ConfigException(Excerpt.of(text) + " is no name of a file; expected " + expected());
    }
    try {
      return Path.of(text);
    } catch (InvalidPathException e) {
      throw new ConfigException(
          Excerpt.of(text) + " is no name of a file here; expected " + expected());
    }
  }

  @Override
  public String within(Path folder, String text) {
    try {
      return text.isBlank() ? text : folder.resolve(text.strip()).toString();
    } catch (InvalidPathException e) {
      return text; // which parse will refuse
    }
  }

  @Override
  public String placeholder() {
    return "PATH";
  }

  @Override
  public String expected() {
    return "a file";
  }
}

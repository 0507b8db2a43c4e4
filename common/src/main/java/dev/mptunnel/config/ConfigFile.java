package dev.mptunnel.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a configuration file: {@code key = value} is a setting, {@code #} after nothing or a blank
 * starts a comment, any other line is a value of the program's bare-line setting. The bytes are cut
 * into lines first and decoded last, since the comments of an old file may be in any encoding.
 */
final class ConfigFile {

  static final int MAX_FILE_BYTES = 64 << 10;
  static final int MAX_LINE_BYTES = 1_024;

  private static final Pattern KEY_AND_VALUE = Pattern.compile("([^\\s=]*)[ \t]*=(.*)");
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  private final SettingSet settings;
  private final SettingValues values = new SettingValues();

  private ConfigFile(SettingSet settings) {
    this.settings = settings;
  }

  /** Reads the file; errors name it as it is named here. */
  static SettingValues read(String file, SettingSet settings) throws ConfigException {
    String name = file.isBlank() ? "''" : Excerpt.unquoted(file);
    byte[] content;
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      content = in.readNBytes(MAX_FILE_BYTES + 1);
    } catch (NoSuchFileException | InvalidPathException e) {
      throw new ConfigException("there is no such file; expected a configuration file").at(name);
    } catch (AccessDeniedException e) {
      throw new ConfigException("may not be read; expected a file that this user can read")
          .at(name);
    } catch (IOException e) {
      String problem = Excerpt.unquoted(String.valueOf(e.getMessage()));
      throw new ConfigException("cannot be read: " + problem + "; expected a configuration file")
          .at(name);
    }
    return parse(name, content, settings);
  }

  static SettingValues parse(String name, byte[] content, SettingSet settings)
      throws ConfigException {
    if (content.length > MAX_FILE_BYTES) {
      throw new ConfigException("is too long; expected at most " + MAX_FILE_BYTES + " bytes")
          .at(name);
    }
    ConfigFile file = new ConfigFile(settings);
    int start = startsWithMark(content) ? BYTE_ORDER_MARK.length : 0;
    for (int number = 1; start < content.length; number++) {
      int end = start;
      while (end < content.length && content[end] != '\n') {
        end++;
      }
      file.line(content, start, end, name + ":" + number);
      start = end + 1;
    }
    return file.values;
  }

  private static boolean startsWithMark(byte[] content) {
    return content.length >= 3
        && content[0] == BYTE_ORDER_MARK[0]
        && content[1] == BYTE_ORDER_MARK[1]
        && content[2] == BYTE_ORDER_MARK[2];
  }

  private void line(byte[] content, int start, int end, String place) throws ConfigException {
    int length = 0;
    while (start + length < end && !isComment(content, start, start + length)) {
      length++;
    }
    if (length > MAX_LINE_BYTES) {
      throw new ConfigException(
              "the line is too long; expected at most " + MAX_LINE_BYTES + " bytes")
          .at(place);
    }
    String text = decode(content, start, length, place).strip();
    if (text.isEmpty()) {
      return;
    }
    if (text.chars().anyMatch(c -> c != '\t' && Character.isISOControl(c))) {
      throw new ConfigException(
              Excerpt.of(text) + " holds a control character; expected UTF-8 text")
          .at(place);
    }
    Matcher matcher = KEY_AND_VALUE.matcher(text);
    if (matcher.matches()) {
      setting(matcher.group(1), matcher.group(2), place);
    } else {
      bareLine(text, place);
    }
  }

  private static boolean isComment(byte[] content, int lineStart, int at) {
    return content[at] == '#'
        && (at == lineStart || content[at - 1] == ' ' || content[at - 1] == '\t');
  }

  private static String decode(byte[] content, int start, int length, String place)
      throws ConfigException {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(content, start, length))
          .toString();
    } catch (CharacterCodingException e) {
      throw new ConfigException(
              "the line is not UTF-8; expected UTF-8 text, in another encoding comments at most")
          .at(place);
    }
  }

  private void setting(String key, String value, String place) throws ConfigException {
    Setting<?> setting = settings.find(key);
    if (setting == null) {
      String suggestion = settings.suggestion(key, name -> name);
      throw new ConfigException("unknown key " + Excerpt.of(key) + "; " + suggestion).at(place);
    }
    values.add(setting, value, place + ": " + key);
  }

  private void bareLine(String text, String place) throws ConfigException {
    String first = text.split("[ \t]", 2)[0];
    Setting<?> forgotten = settings.find(first);
    if (settings.bareLine() == null) {
      String expected = forgotten == null ? "key = value" : first + " = ...";
      throw new ConfigException(Excerpt.of(text) + " is not a setting; expected " + expected)
          .at(place);
    }
    try {
      values.add(settings.bareLine(), text, place);
    } catch (ConfigException e) {
      if (forgotten == null) {
        throw e;
      }
      throw new ConfigException(Excerpt.of(text) + " has no '='; expected " + first + " = ...")
          .at(place);
    }
  }
}

package dev.mptunnel.config;

import dev.mptunnel.secret.Secret;
import dev.mptunnel.secret.UserFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a configuration file: {@code key = value} is a setting, {@code #} after nothing or a blank
 * starts a comment, any other line is a value of the program's bare-line setting. The bytes are cut
 * into lines first and decoded last, since the comments of an old file may be in any encoding.
 *
 * <p>The name of another file counts from the folder of this one. A file that holds a secret is
 * refused where others may read it, and no message shows a line that may hold one.
 */
final class ConfigFile {

  static final int MAX_FILE_BYTES = 64 << 10;
  static final int MAX_LINE_BYTES = 1_024;

  private static final Pattern KEY_AND_VALUE = Pattern.compile("([^\\s=]*)[ \t]*=(.*)");
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

  /** A line that holds a secret, or was meant to, as far as one can tell from its beginning. */
  private static final Pattern SECRET =
      Pattern.compile(
          "(secret|password|passphrase|psk|key|socks-user|status-token)(?![\\w.-]).*|mp[st][0-9a-z]?[-\\s][^.]{8,}",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private final Path file;
  private final SettingSet settings;
  private final SettingValues values = new SettingValues();

  private ConfigFile(Path file, SettingSet settings) {
    this.file = file;
    this.settings = settings;
  }

  /** Reads the file; errors name it as it is named here. */
  static SettingValues read(String file, SettingSet settings) throws ConfigException {
    String name = file.isBlank() ? "''" : Excerpt.unquoted(file);
    try {
      Path path = Path.of(file);
      byte[] content = UserFile.read(path, MAX_FILE_BYTES, "a configuration file");
      return parse(name, path, content, settings);
    } catch (InvalidPathException e) {
      throw new ConfigException("there is no such file; expected a configuration file").at(name);
    } catch (IOException e) {
      throw new ConfigException(Excerpt.unquoted(e.getMessage())).at(name);
    }
  }

  static SettingValues parse(String name, Path path, byte[] content, SettingSet settings)
      throws ConfigException {
    ConfigFile file = new ConfigFile(path, settings);
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
      throw new ConfigException(shown(text) + " holds a control character; expected UTF-8 text")
          .at(place);
    }
    Matcher matcher = KEY_AND_VALUE.matcher(text);
    if (matcher.matches()) {
      setting(matcher.group(1), matcher.group(2), start + length < end, place);
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

  private void setting(String key, String value, boolean hasComment, String place)
      throws ConfigException {
    Setting<?> setting = settings.find(key);
    if (setting == null) {
      String complaint = settings.complaint(key, name -> name);
      throw new ConfigException(
              complaint != null
                  ? "key " + Excerpt.of(key) + " " + complaint
                  : "unknown key " + Excerpt.of(key) + "; " + settings.suggestion(key))
          .at(place);
    }
    if (hasComment && setting.type().holdsSecret() && !Secret.looksMade(value)) {
      throw new ConfigException(
              "a password would end at the ' #', where a comment begins; expected a comment in a"
                  + " line of its own, or such a password in a secret-file")
          .at(place + ": " + key);
    }
    String written =
        file.getParent() == null ? value : setting.type().within(file.getParent(), value);
    values.add(setting, written, place + ": " + key);
    if (setting.type().holdsSecret()) {
      requirePrivate(place + ": " + key);
    }
  }

  private void requirePrivate(String place) throws ConfigException {
    try {
      UserFile.requirePrivate(file);
    } catch (IOException e) {
      throw new ConfigException(Excerpt.unquoted(e.getMessage())).at(place);
    }
  }

  private void bareLine(String text, String place) throws ConfigException {
    String first = text.split("[ \t]", 2)[0];
    Setting<?> forgotten = settings.find(first);
    if (settings.bareLine() == null) {
      String expected = forgotten == null ? "key = value" : first + " = ...";
      throw new ConfigException(shown(text) + " is not a setting; expected " + expected).at(place);
    }
    try {
      values.add(settings.bareLine(), text, place);
    } catch (ConfigException e) {
      if (forgotten == null && !maybeSecret(text)) {
        throw e;
      }
      String meant = forgotten == null ? "secret" : first;
      throw new ConfigException(shown(text) + " has no '='; expected " + meant + " = ...")
          .at(place);
    }
  }

  private static boolean maybeSecret(String line) {
    return SECRET.matcher(line).matches();
  }

  private static String shown(String line) {
    if (maybeSecret(line)) {
      return "the line";
    }
    int equals = line.indexOf('=');
    return Excerpt.of(equals < 0 ? line : line.substring(0, equals) + "= ...");
  }
}

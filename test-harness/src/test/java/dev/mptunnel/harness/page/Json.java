package dev.mptunnel.harness.page;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A JSON text (RFC 8259) as maps, lists, strings, doubles, booleans and null, for tests: what it
 * reads is well formed, or an exception is thrown.
 */
final class Json {

  private final String text;
  private int at;

  private Json(String text) {
    this.text = text;
  }

  /** What the text says. */
  static Object read(String text) {
    Json json = new Json(text);
    Object value = json.value();
    json.blank();
    if (json.at != text.length()) {
      throw json.wrong("an end");
    }
    return value;
  }

  /** What stands in maps and lists at these keys and places, or null. */
  static Object at(Object from, Object... steps) {
    Object found = from;
    for (Object step : steps) {
      found =
          switch (found) {
            case Map<?, ?> map -> map.get(step);
            case List<?> list when (int) step < list.size() -> list.get((int) step);
            case null, default -> null;
          };
    }
    return found;
  }

  /** A string as JSON has it, in its quotes. */
  static String quote(String value) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < value.length(); i++) {
      char character = value.charAt(i);
      if (character == '"' || character == '\\') {
        quoted.append('\\').append(character);
      } else if (character < ' ') {
        quoted.append("\\u%04x".formatted((int) character));
      } else {
        quoted.append(character);
      }
    }
    return quoted.append('"').toString();
  }

  /** A value, as {@link #read} gives it, as JSON has it. */
  static String write(Object value) {
    return switch (value) {
      case Map<?, ?> map ->
          map.entrySet().stream()
              .map(entry -> quote((String) entry.getKey()) + ":" + write(entry.getValue()))
              .collect(Collectors.joining(",", "{", "}"));
      case List<?> list ->
          list.stream().map(Json::write).collect(Collectors.joining(",", "[", "]"));
      case String string -> quote(string);
      case null, default -> String.valueOf(value);
    };
  }

  private Object value() {
    blank();
    return switch (peek()) {
      case '{' -> object();
      case '[' -> array();
      case '"' -> string();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", null);
      default -> number();
    };
  }

  private Map<String, Object> object() {
    Map<String, Object> object = new LinkedHashMap<>();
    take('{');
    if (!follows('}')) {
      do {
        blank();
        String key = string();
        blank();
        take(':');
        object.put(key, value());
      } while (follows(','));
      take('}');
    } else {
      take('}');
    }
    return object;
  }

  private List<Object> array() {
    List<Object> array = new ArrayList<>();
    take('[');
    blank();
    if (peek() != ']') {
      do {
        array.add(value());
      } while (follows(','));
    }
    take(']');
    return array;
  }

  /** Whether this character comes next; a comma is taken. */
  private boolean follows(char next) {
    blank();
    boolean follows = peek() == next;
    if (follows && next == ',') {
      at++;
    }
    return follows;
  }

  private String string() {
    take('"');
    StringBuilder string = new StringBuilder();
    while (peek() != '"') {
      char character = text.charAt(at++);
      string.append(character == '\\' ? escaped() : character);
    }
    at++;
    return string.toString();
  }

  private char escaped() {
    char escape = text.charAt(at++);
    return switch (escape) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> {
        at += 4;
        yield (char) Integer.parseInt(text.substring(at - 4, at), 16);
      }
      default -> escape;
    };
  }

  private Double number() {
    int start = at;
    while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
    if (start == at) {
      throw wrong("a value");
    }
    return Double.valueOf(text.substring(start, at));
  }

  private Object word(String word, Object meaning) {
    if (!text.startsWith(word, at)) {
      throw wrong(word);
    }
    at += word.length();
    return meaning;
  }

  private void take(char expected) {
    blank();
    if (peek() != expected) {
      throw wrong("'" + expected + "'");
    }
    at++;
  }

  private void blank() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private char peek() {
    if (at >= text.length()) {
      throw wrong("more");
    }
    return text.charAt(at);
  }

  private IllegalArgumentException wrong(String expected) {
    int end = Math.min(text.length(), at + 40);
    return new IllegalArgumentException(
        "at %d: expected %s, found: %s".formatted(at, expected, text.substring(at, end)));
  }
}

package dev.mptunnel.log;

import dev.mptunnel.observe.Json;
import dev.mptunnel.observe.LogEvent;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Locale;

/** One line an event: a JSON object, with the fields of an event in docs/status.md. */
final class JsonFormatter {

  private final boolean stackTraces;

  JsonFormatter(boolean stackTraces) {
    this.stackTraces = stackTraces;
  }

  /**
   * The line, ended.
   *
   * @param thrown what was, or null
   */
  String format(LogEvent event, Throwable thrown) {
    Json json = new Json().object();
    json.field("time", event.time().toString());
    json.field("level", event.level().name().toLowerCase(Locale.ROOT));
    json.field("kind", event.kind());
    if (event.session() != null) {
      json.field("session", event.session());
    }
    if (event.path() != null) {
      json.field("path", event.path());
    }
    json.field("text", event.text());
    if (thrown != null && stackTraces) {
      StringWriter trace = new StringWriter();
      thrown.printStackTrace(new PrintWriter(trace));
      json.field("trace", trace.toString());
    }
    return json.endObject() + System.lineSeparator();
  }
}

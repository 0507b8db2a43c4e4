package dev.mptunnel.config;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;

/**
 * How a program shows what it does.
 *
 * @param listen where its page is, if anywhere
 * @param token what who asks there must know; null: whoever can reach it may see it
 * @param control where {@code status} finds it
 * @param jsonLog whether the log's lines are JSON
 */
public record StatusSettings(
    List<HostPort> listen, String token, Control control, boolean jsonLog) {

  /** Nothing but the log. */
  public static final StatusSettings NONE =
      new StatusSettings(List.of(), null, new Control.Off(), false);

  public StatusSettings {
    listen = List.copyOf(listen);
  }

  /** Where a program is asked how it does by those who run it. */
  public sealed interface Control {

    /** Where that is usually, if there is such a place. */
    record Auto() implements Control {}

    /** Nowhere. */
    record Off() implements Control {}

    /** There. */
    record At(Path path) implements Control {}
  }

  static StatusSettings of(SettingValues values) throws ConfigException {
    SettingValues.Placed<String> token = values.find(Settings.STATUS_TOKEN);
    if (token == null) {
      for (SettingValues.Placed<HostPort> place : values.all(Settings.STATUS)) {
        if (!mayBeLoopback(place.value())) {
          throw new ConfigException(
                  "whoever reaches "
                      + place.value()
                      + " could see everything; expected a loopback address, or status-token too")
              .at(place.place());
        }
      }
    }
    return new StatusSettings(
        values.distinct(Settings.STATUS),
        token == null ? null : token.value(),
        values.get(Settings.CONTROL),
        values.get(Settings.LOG) == LogFormat.JSON);
  }

  /** A name may come to be one; whoever opens it sees. */
  private static boolean mayBeLoopback(HostPort place) {
    if (place.isAny()) {
      return false;
    }
    try {
      return InetAddress.ofLiteral(place.host()).isLoopbackAddress();
    } catch (IllegalArgumentException isName) {
      return true;
    }
  }

  /** What a program's log is made of. */
  enum LogFormat {
    TEXT,
    JSON
  }
}

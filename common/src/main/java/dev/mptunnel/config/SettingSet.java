package dev.mptunnel.config;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * The settings of one program, in the order in which they are shown.
 *
 * @param bareLine the setting whose values may stand in a file without their key, or null
 */
record SettingSet(List<Setting<?>> all, Setting<?> bareLine) {

  static SettingSet of(Setting<?>... all) {
    return new SettingSet(List.of(all), null);
  }

  static SettingSet withBareLines(Setting<?> bareLine, Setting<?>... all) {
    return new SettingSet(List.of(all), bareLine);
  }

  /** The setting of that name, or null. */
  Setting<?> find(String name) {
    for (Setting<?> setting : all) {
      if (setting.name().equals(name)) {
        return setting;
      }
    }
    return null;
  }

  /** What to say after the name of a setting that is none: the nearest one, or all. */
  String suggestion(String name, UnaryOperator<String> spelling) {
    String nearest = NearestName.of(name, all.stream().map(Setting::name).toList());
    if (nearest != null) {
      return "did you mean " + spelling.apply(nearest) + "?";
    }
    return "expected one of "
        + all.stream().map(s -> spelling.apply(s.name())).collect(Collectors.joining(", "));
  }
}

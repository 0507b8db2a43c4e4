package dev.mptunnel.config;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * The settings of one program, in the order in which they are shown.
 *
 * @param bareLine the setting whose values may stand in a file without their key, or null
 * @param fixed those that cannot change while the program runs
 */
record SettingSet(List<Setting<?>> all, Setting<?> bareLine, List<Setting<?>> fixed) {

  static SettingSet of(Setting<?>... all) {
    return new SettingSet(List.of(all), null, List.of());
  }

  static SettingSet withBareLines(Setting<?> bareLine, Setting<?>... all) {
    return new SettingSet(List.of(all), bareLine, List.of());
  }

  /** The same, of which these cannot change while the program runs. */
  SettingSet withFixed(Setting<?>... its) {
    return new SettingSet(all, bareLine, List.of(its));
  }

  /** The setting of that name, of a family too, or null. */
  Setting<?> find(String name) {
    for (Setting<?> setting : all) {
      Setting<?> found =
          setting.isFamily() ? setting.member(name) : setting.name().equals(name) ? setting : null;
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  /** Whether one has that name itself, and is not a family's that has it as a member. */
  boolean hasOfItsOwn(String name) {
    for (Setting<?> setting : all) {
      if (setting.name().equals(name)) {
        return true;
      }
    }
    return false;
  }

  /** What to say after the name of a setting that is none: the nearest one, or all. */
  String suggestion(String name) {
    String nearest = nearest(name, List.of());
    return nearest != null
        ? "did you mean " + nearest + "?"
        : "expected one of " + all.stream().map(Setting::name).collect(Collectors.joining(", "));
  }

  /** What of these settings, and of other names, was most likely meant; null if nothing is near. */
  String nearest(String typed, List<String> others) {
    int dot = typed.indexOf('.') + 1;
    String family =
        NearestName.of(
            typed.substring(0, dot),
            all.stream().filter(Setting::isFamily).map(Setting::prefix).toList());
    String member = family == null ? null : family + typed.substring(dot);
    if (member != null && find(member) != null) {
      return member;
    }
    List<String> names = new ArrayList<>(others);
    all.stream().filter(s -> !s.isFamily()).map(Setting::name).forEach(names::add);
    return NearestName.of(typed, names);
  }

  /**
   * What is wrong with a name that begins as those of a family do, though {@link #find} knows it
   * not; null if it does not begin so.
   */
  String complaint(String name, UnaryOperator<String> spelling) {
    for (Setting<?> setting : all) {
      if (setting.isFamily() && name.startsWith(setting.prefix())) {
        return setting.complaint(name, spelling);
      }
    }
    return null;
  }
}

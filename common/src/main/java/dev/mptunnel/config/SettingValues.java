package dev.mptunnel.config;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a user set, each value with the place where it stands. */
final class SettingValues {

  /** A value and where it stands, as an error message names it. */
  record Placed<T>(T value, String place) {}

  private final Map<String, List<Placed<String>>> texts = new HashMap<>();

  /**
   * Adds one value, or several between commas if the setting takes several.
   *
   * @param place where it stands, such as {@code mpclient.conf:3} or {@code --ping}
   * @throws ConfigException with its place, if the value is bad or one too many
   */
  void add(Setting<?> setting, String text, String place) throws ConfigException {
    if (!setting.isRepeatable()) {
      addOne(setting, text.strip(), place);
      return;
    }
    for (String part : text.split(",", -1)) {
      addOne(setting, part.strip(), place);
    }
  }

  private void addOne(Setting<?> setting, String text, String place) throws ConfigException {
    if (text.isEmpty()) {
      throw new ConfigException("there is no value; expected " + setting.type().expected())
          .at(place);
    }
    try {
      setting.type().parse(text);
    } catch (ConfigException e) {
      throw e.at(place);
    }
    List<Placed<String>> values = texts.computeIfAbsent(setting.name(), _ -> new ArrayList<>());
    if (values.size() == setting.maxCount()) {
      String limit =
          setting.isRepeatable()
              ? "one " + setting.name() + " too many; expected at most " + setting.maxCount()
              : setting.name()
                  + " is set again after "
                  + values.getFirst().place
                  + "; expected it once";
      throw new ConfigException(limit).at(place);
    }
    values.add(new Placed<>(text, place));
  }

  /** All values of a setting, or its default, or none. */
  <T> List<Placed<T>> all(Setting<T> setting) throws ConfigException {
    List<Placed<T>> values = new ArrayList<>();
    for (Placed<String> text : texts.getOrDefault(setting.name(), List.of())) {
      values.add(new Placed<>(setting.type().parse(text.value), text.place));
    }
    if (values.isEmpty() && setting.defaultText() != null) {
      values.add(new Placed<>(setting.type().parse(setting.defaultText()), "default"));
    }
    return values;
  }

  /** All values of each setting of a family that was set, by the name in its name, in order. */
  <T> SortedMap<String, List<Placed<T>>> members(Setting<T> family) throws ConfigException {
    SortedMap<String, List<Placed<T>>> members = new TreeMap<>();
    for (String name : texts.keySet()) {
      Setting<T> member = family.member(name);
      if (member != null) {
        members.put(name.substring(family.prefix().length()), all(member));
      }
    }
    if (members.size() > Setting.MAX_MEMBERS) {
      throw new ConfigException(
              "one " + family.name() + " too many; expected at most " + Setting.MAX_MEMBERS)
          .at(members.lastEntry().getValue().getFirst().place);
    }
    return members;
  }

  /** The value of a setting that takes one, or its default, or null. */
  <T> Placed<T> find(Setting<T> setting) throws ConfigException {
    List<Placed<T>> values = all(setting);
    return values.isEmpty() ? null : values.getFirst();
  }

  /** All values of a setting, each once. */
  <T> List<T> distinct(Setting<T> setting) throws ConfigException {
    return distinct(all(setting));
  }

  static <T> List<T> distinct(List<Placed<T>> values) {
    if (values.size() == 1) {
      return List.of(values.getFirst().value); // to compare records takes long to begin with
    }
    return values.stream().map(Placed::value).distinct().toList();
  }

  /** The value of a setting that has a default or was checked to be there. */
  <T> T get(Setting<T> setting) throws ConfigException {
    return all(setting).getFirst().value;
  }

  /** What was written for a setting, or its default; null if there is none. */
  String text(Setting<?> setting) {
    List<Placed<String>> written = texts.get(setting.name());
    return written == null
        ? setting.defaultText()
        : written.stream().map(Placed::value).collect(Collectors.joining(","));
  }

  /** Whether a setting was set, so that its value is not the default. */
  boolean has(Setting<?> setting) {
    return texts.containsKey(setting.name());
  }

  /** These values but those of some settings. */
  SettingValues without(Setting<?>... settings) {
    SettingValues rest = over(new SettingValues());
    for (Setting<?> setting : settings) {
      rest.texts.remove(setting.name());
    }
    return rest;
  }

  /** These values, and for the settings that are not among them those of the other. */
  SettingValues over(SettingValues weaker) {
    SettingValues merged = new SettingValues();
    merged.texts.putAll(weaker.texts);
    merged.texts.putAll(texts);
    return merged;
  }
}

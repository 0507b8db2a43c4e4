package dev.mptunnel.config;

import java.util.List;

/**
 * A configuration, with where each of its values stands, so that a later one can be compared with
 * it.
 *
 * @param <C> what a program is configured by
 */
public final class Configured<C> {

  private final C config;
  private final SettingSet settings;
  private final SettingValues values;
  private final String file;

  Configured(C config, SettingSet settings, SettingValues values, String file) {
    this.config = config;
    this.settings = settings;
    this.values = values;
    this.file = file;
  }

  /** What the program is configured by. */
  public C config() {
    return config;
  }

  /** What was read, for people: the file, or that there is none. */
  public String source() {
    return file == null ? "the command line" : file;
  }

  /** Checks that a program which runs with this can go over to that. */
  void requireReloadable(Configured<C> to) throws ConfigException {
    for (Setting<?> setting : settings.fixed()) {
      requireSame(setting, to);
    }
  }

  private <T> void requireSame(Setting<T> setting, Configured<C> to) throws ConfigException {
    List<SettingValues.Placed<T>> before = values.all(setting);
    List<SettingValues.Placed<T>> after = to.values.all(setting);
    if (SettingValues.distinct(before).equals(SettingValues.distinct(after))) {
      return;
    }
    String was = values.text(setting);
    String place =
        to.values.has(setting) ? after.getFirst().place() : to.source() + ": " + setting.name();
    throw new ConfigException(
            (to.values.has(setting) ? "needs a restart" : "is not set any more: needs a restart")
                + "; expected "
                + (was == null ? "none" : was)
                + " as before")
        .at(place);
  }
}

package dev.mptunnel.config;

import java.util.Map;

/** What the environment sets: weaker than the command line, stronger than a file. */
final class EnvironmentVariables {

  static final String SECRET = "MPTUNNEL_SECRET";
  static final String ENCRYPT = "MPTUNNEL_ENCRYPT";

  /** What the help of a program that reads them says of them. */
  static final String HELP =
      SECRET + " sets the secret, " + ENCRYPT + "=0 is --encrypt off: both win over FILE.";

  private EnvironmentVariables() {}

  /** Those of the settings that the environment sets; what it says of others is not looked at. */
  static SettingValues read(Map<String, String> environment, SettingSet settings)
      throws ConfigException {
    SettingValues values = new SettingValues();
    Setting<?> secret = settings.find(Settings.SERVER_SECRET.name());
    if (secret != null && environment.containsKey(SECRET)) {
      values.add(secret, environment.get(SECRET), SECRET);
    }
    if (settings.find(Settings.ENCRYPT.name()) != null && environment.containsKey(ENCRYPT)) {
      values.add(Settings.ENCRYPT, onOrOff(environment.get(ENCRYPT)), ENCRYPT);
    }
    return values;
  }

  private static String onOrOff(String written) throws ConfigException {
    return switch (written.strip()) {
      case "0" -> "off";
      case "1" -> "on";
      default ->
          throw new ConfigException(Excerpt.of(written) + " is not known; expected 0 or 1")
              .at(ENCRYPT);
    };
  }
}

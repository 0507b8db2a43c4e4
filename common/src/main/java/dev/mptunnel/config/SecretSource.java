package dev.mptunnel.config;

import dev.mptunnel.config.SettingValues.Placed;
import dev.mptunnel.secret.Password;
import dev.mptunnel.secret.Secret;
import dev.mptunnel.secret.SecretFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Which secret counts, where several places may set one. */
final class SecretSource {

  private SecretSource() {}

  /**
   * The values of a stronger place over those of a weaker. A secret of the stronger replaces one of
   * the weaker, whichever way each is set, and where the stronger switches encryption off, nothing
   * counts that the weaker says of secrets. What still contradicts itself then is an error.
   */
  static SettingValues over(SettingValues stronger, SettingValues weaker) throws ConfigException {
    if (isOff(stronger)) {
      return stronger.over(
          weaker.without(Settings.SERVER_SECRET, Settings.SECRET_FILE, Settings.CLIENTS_FILE));
    }
    if (stronger.has(Settings.SERVER_SECRET) || stronger.has(Settings.SECRET_FILE)) {
      return stronger.over(weaker.without(Settings.SERVER_SECRET, Settings.SECRET_FILE));
    }
    return stronger.over(weaker);
  }

  static boolean isOff(SettingValues values) throws ConfigException {
    return values.get(Settings.ENCRYPT) == Switch.OFF;
  }

  /**
   * The secret, read from its file if it is in one, or null.
   *
   * @param setting {@code secret} as the program takes it
   */
  static <S extends Secret> Placed<S> secret(SettingValues values, Setting<S> setting)
      throws ConfigException {
    Placed<S> inline = values.find(setting);
    Placed<Path> file = values.find(Settings.SECRET_FILE);
    if (inline != null && file != null) {
      throw new ConfigException(
              "there is a secret already, at " + inline.place() + "; expected one of the two")
          .at(file.place());
    }
    if (isOff(values) && (inline != null || file != null)) {
      throw new ConfigException(
              "encryption is off by "
                  + values.find(Settings.ENCRYPT).place()
                  + "; expected one of the two, not both")
          .at(inline != null ? inline.place() : file.place());
    }
    return file == null ? inline : read(file, setting);
  }

  private static <S extends Secret> Placed<S> read(Placed<Path> file, Setting<S> setting)
      throws ConfigException {
    String place = file.place() + ": " + file.value();
    try {
      return new Placed<>(setting.type().parse(SecretFile.read(file.value())), place);
    } catch (IOException e) {
      throw new ConfigException(e.getMessage()).at(place);
    } catch (ConfigException e) {
      throw e.at(place);
    }
  }

  static Protection protection(SettingValues values, Placed<? extends Secret> secret)
      throws ConfigException {
    if (isOff(values)) {
      return Protection.PLAIN;
    }
    return secret == null ? Protection.OPPORTUNISTIC : Protection.KEYED;
  }

  /** What the program's log should tell of it, a line each. */
  static List<String> warnings(SettingValues values, Placed<? extends Secret> secret)
      throws ConfigException {
    List<String> warnings = new ArrayList<>();
    if (protection(values, secret) == Protection.OPPORTUNISTIC) {
      warnings.add(
          "no secret is set: who only listens learns nothing, but anyone may connect, and who can"
              + " change packets can read them; make a secret with 'mpserver keygen'");
    }
    if (secret != null && secret.value() instanceof Password) {
      warnings.add(
          secret.place()
              + ": a typed password can be guessed by whoever records packets; better a secret"
              + " made by 'mpserver keygen'");
    }
    if (secret != null && secret.place().equals(Settings.SERVER_SECRET.option())) {
      warnings.add(
          secret.place()
              + ": every user of this machine can see a command line; better --secret-file");
    }
    return List.copyOf(warnings);
  }
}

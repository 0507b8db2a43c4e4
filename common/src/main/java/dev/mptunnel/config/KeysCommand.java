package dev.mptunnel.config;

import dev.mptunnel.access.AccessRules;
import dev.mptunnel.config.SettingValues.Placed;
import dev.mptunnel.secret.SharedSecret;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** {@code mpserver keygen}, {@code invite}, {@code revoke} and {@code clients}. */
public final class KeysCommand extends Command<KeysTask> {

  private enum Word {
    KEYGEN(
        "[FILE]",
        "Makes a secret: prints it, or writes it into a new file that only its owner may read.",
        "mpserver keygen mptunnel.secret",
        "Both ends need it: secret-file = FILE, or secret = what was printed."),
    INVITE(
        "NAME",
        "Makes a client's own keys and prints them as one word, for the client's secret. A running"
            + " server notices.",
        "mpserver invite alice -c mpserver.conf --targets vpn,wg",
        "A NAME that was revoked may be invited again; its keys are then new."),
    REVOKE(
        "NAME",
        "Ends an invitation. A running server notices.",
        "mpserver revoke alice -c mpserver.conf",
        ""),
    CLIENTS(
        "",
        "Shows who was invited, since when, who was revoked, and how each one's key begins.",
        "mpserver clients -c mpserver.conf",
        "");

    private final String operand;
    private final String summary;
    private final String example;
    private final String note;

    Word(String operand, String summary, String example, String note) {
      this.operand = operand;
      this.summary = summary;
      this.example = example;
      this.note = note;
    }

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    CommandText text() {
      String synopsis = this == KEYGEN ? operand : ("[-c FILE] [OPTIONS] " + operand).strip();
      List<String> notes = note.isEmpty() ? List.of() : List.of(note);
      return new CommandText(
          "mpserver " + word(), List.of(synopsis), summary, example, notes, false);
    }
  }

  private final Word word;

  private KeysCommand(Word word, Map<String, String> environment) {
    super(
        word.text(),
        word == Word.KEYGEN
            ? Settings.NONE
            : word == Word.INVITE ? Settings.INVITING : Settings.INVITED,
        word == Word.KEYGEN ? Settings.NONE : Settings.MPSERVER,
        environment);
    this.word = word;
  }

  /** All of them, for the manual. */
  public static List<KeysCommand> all() {
    return Arrays.stream(Word.values()).map(word -> new KeysCommand(word, Map.of())).toList();
  }

  /** The words that stand for such a command. */
  static List<String> words() {
    return Arrays.stream(Word.values()).map(Word::word).toList();
  }

  /** The command that the arguments of mpserver name by their first operand, or null. */
  public static KeysCommand of(String[] args, Map<String, String> environment) {
    String first = firstOperand(args);
    for (Word word : Word.values()) {
      if (word.word().equals(first)) {
        return new KeysCommand(word, environment);
      }
    }
    return null;
  }

  private static String firstOperand(String[] args) {
    // What is TARGETS' value is no operand.
    List<Setting<?>> options = new ArrayList<>(Settings.MPSERVER.all());
    options.add(Settings.TARGETS);
    SettingSet all = new SettingSet(options, null, List.of());
    try {
      List<String> operands = CommandArguments.parse(all, true, args).operands();
      return operands.isEmpty() ? null : operands.getFirst();
    } catch (ConfigException e) {
      return args[0]; // What is wrong will be told by whoever is to do it.
    }
  }

  @Override
  void addOperands(List<String> operands, SettingValues values) throws ConfigException {
    for (String operand : operands.subList(1, operands.size())) {
      switch (word) {
        case KEYGEN -> addOnce(Settings.NEW_FILE, operand, "FILE", values);
        case INVITE, REVOKE -> addOnce(Settings.NAME, operand, "NAME", values);
        case CLIENTS -> throw tooMany(operand);
      }
    }
  }

  private void addOnce(Setting<?> setting, String operand, String place, SettingValues values)
      throws ConfigException {
    if (values.has(setting)) {
      throw tooMany(operand);
    }
    values.add(setting, operand, place);
  }

  private ConfigException tooMany(String operand) {
    return new ConfigException(Excerpt.of(operand) + " is one too many; expected " + usage());
  }

  private String usage() {
    return (name() + " " + word.operand).strip();
  }

  @Override
  KeysTask build(SettingValues values, String file) throws ConfigException {
    if (word == Word.KEYGEN) {
      return new KeysTask.Keygen(
          values.has(Settings.NEW_FILE) ? values.get(Settings.NEW_FILE) : null);
    }
    if (word != Word.CLIENTS) {
      require(Settings.NAME, "name", values, usage());
    }
    String line = file == null ? "-c FILE with such a line" : "such a line in " + file;
    require(Settings.CLIENTS_FILE, "clients file", values, "--clients-file PATH, or " + line);
    Placed<Path> clients = values.find(Settings.CLIENTS_FILE);
    return switch (word) {
      case INVITE -> {
        Placed<SharedSecret> secret = SecretSource.secret(values, Settings.SERVER_SECRET);
        yield new KeysTask.Invite(
            values.get(Settings.NAME),
            ServerSecurity.inviting(secret, clients.place()),
            clients.value(),
            values.distinct(Settings.TARGETS),
            new AccessRules(
                values.distinct(Settings.CLIENTS_ALLOW), values.distinct(Settings.CLIENTS_DENY)));
      }
      case REVOKE -> new KeysTask.Revoke(values.get(Settings.NAME), clients.value());
      default -> new KeysTask.Show(clients.value());
    };
  }
}

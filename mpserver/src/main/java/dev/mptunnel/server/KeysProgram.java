package dev.mptunnel.server;

import dev.mptunnel.config.Command;
import dev.mptunnel.config.CommandResult;
import dev.mptunnel.config.KeysCommand;
import dev.mptunnel.config.KeysTask;
import dev.mptunnel.config.NearestName;
import dev.mptunnel.secret.ClientEntry;
import dev.mptunnel.secret.Clients;
import dev.mptunnel.secret.ClientsFile;
import dev.mptunnel.secret.Invitation;
import dev.mptunnel.secret.SecretException;
import dev.mptunnel.secret.SecretFile;
import dev.mptunnel.secret.SharedSeed;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * What mpserver does instead of serving: makes a secret, lets clients in and ends that. Only what
 * is a secret, or a table, goes to {@code out}.
 */
final class KeysProgram {

  private static final String ROW = "%-32s  %-10s  %-10s  %-10s  %s%n";

  private final RandomGenerator random;
  private final LocalDate today;
  private final PrintStream out;
  private final PrintStream err;

  KeysProgram(RandomGenerator random, LocalDate today, PrintStream out, PrintStream err) {
    this.random = random;
    this.today = today;
    this.out = out;
    this.err = err;
  }

  /**
   * Does what is asked for.
   *
   * @return the exit status
   */
  int run(KeysCommand command, String[] args) {
    return switch (command.start(args, out, err)) {
      case CommandResult.Exit<KeysTask>(int status) -> status;
      case CommandResult.Run<KeysTask>(KeysTask task, boolean _) -> {
        try {
          run(task);
          yield 0;
        } catch (IOException | SecretException e) {
          err.println(command.name() + ": " + e.getMessage());
          yield Command.EXIT_USAGE;
        }
      }
    };
  }

  private void run(KeysTask task) throws IOException, SecretException {
    switch (task) {
      case KeysTask.Keygen keygen -> keygen(keygen);
      case KeysTask.Invite invite -> invite(invite);
      case KeysTask.Revoke(var name, var file) -> {
        ClientsFile.change(file, now -> revoke(name, now));
        err.println(name + " is revoked; a running server notices within a second");
      }
      case KeysTask.Show(var file) -> show(file, ClientsFile.read(file).entries());
    }
  }

  private void keygen(KeysTask.Keygen keygen) throws IOException {
    SharedSeed secret = SharedSeed.random(random);
    if (keygen.file() == null) {
      print(secret.text(), "no secret was made");
      return;
    }
    try {
      SecretFile.create(keygen.file(), secret);
    } catch (IOException e) {
      throw new IOException(keygen.file() + ": " + e.getMessage(), e);
    }
    err.println(
        "wrote " + keygen.file() + "; give it to both ends, as secret-file, over a safe way");
  }

  private void invite(KeysTask.Invite invite) throws IOException, SecretException {
    byte[] serverPublicKey = invite.secret().serverKeys().own().publicKey();
    Invitation invitation = Invitation.random(serverPublicKey, random);
    ClientsFile.change(
        invite.clientsFile(),
        now ->
            now.invite(
                invite.name(), invitation.clientKeys(), today, invite.targets(), invite.access()));
    print(invitation.text(), "revoke " + invite.name() + ", then invite again");
    err.println(
        invite.name()
            + " is invited. What begins with mpt1- is for "
            + invite.name()
            + " alone, over a safe way, and is not shown again:");
    err.println("  secret = mpt1-..., in mpclient.conf, then chmod 600 mpclient.conf");
  }

  /** Whoever lost what was to be printed must not take it for done. */
  private void print(String secret, String otherwise) throws IOException {
    out.println(secret);
    if (out.checkError()) {
      throw new IOException("standard output cannot be written to; " + otherwise);
    }
  }

  private Clients revoke(String name, Clients now) throws SecretException {
    if (now.names().contains(name)) {
      return now.revoke(name, today);
    }
    for (ClientEntry entry : now.entries()) {
      if (entry.name().equals(name)) {
        throw new SecretException(name + " was revoked on " + entry.revoked() + " already");
      }
    }
    String nearest = NearestName.of(name, now.names());
    throw new SecretException(
        "nobody is called "
            + name
            + "; "
            + (nearest == null
                ? "expected one of those that 'clients' lists"
                : "did you mean " + nearest + "?"));
  }

  private void show(Path file, List<ClientEntry> entries) {
    if (entries.isEmpty()) {
      out.println(file + ": nobody was invited yet");
      return;
    }
    out.print(row("name", "since", "revoked", "key begins", "targets"));
    for (ClientEntry entry : entries) {
      String revoked = entry.isRevoked() ? entry.revoked().toString() : "";
      String targets = entry.targets().isEmpty() ? "all" : String.join(",", entry.targets());
      targets += entry.rules();
      out.print(row(entry.name(), entry.since().toString(), revoked, entry.fingerprint(), targets));
    }
  }

  private static String row(Object... cells) {
    return String.format(Locale.ROOT, ROW, cells);
  }
}

package dev.mptunnel.harness.fuzz;

import dev.mptunnel.crypto.Client;
import dev.mptunnel.secret.ClientEntry;
import dev.mptunnel.secret.Clients;
import dev.mptunnel.secret.ClientsFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** The clients file: whom it names is found by key, or it is refused in one line. */
final class ClientsFileTarget implements FuzzTarget {

  private final Path file;

  ClientsFileTarget() {
    try {
      file = Files.createTempFile("fuzz", ".clients"); // which only its owner may read
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    file.toFile().deleteOnExit();
  }

  @Override
  public void accept(byte[] input) throws IOException {
    Files.write(file, input);
    Clients clients;
    try {
      clients = ClientsFile.read(file);
    } catch (IOException e) {
      Must.hold(e.getMessage().lines().count() == 1, e.getMessage());
      Must.hold(e.getMessage().startsWith(file + ":"), e.getMessage());
      return;
    }
    for (ClientEntry entry : clients.entries()) {
      Client found = clients.find(entry.publicKey());
      Must.equal(entry.name(), found.name(), "name");
      Must.equal(entry.isRevoked(), found.revoked(), "revoked");
      Must.equal(Set.copyOf(entry.targets()), found.targets(), "targets");
      Must.equal(entry.access(), found.access(), "access");
      Must.hold(ClientEntry.isName(entry.name()), entry.name());
    }
  }

  @Override
  public List<byte[]> seeds() {
    String key = "a".repeat(51);
    String line = "alice 2026-11-24 - " + key + "a b" + key + " fixed,wg\n";
    String revoked = "# who\nbob 2026-11-24 2026-11-25 b" + key + " " + key + "a\n";
    String rules =
        "eve 2026-11-24 - c" + key + " " + key + "a wg allow=*.a.test:443,10.0.0.0/8 deny=*:25\n";
    return List.of(
        rules.getBytes(StandardCharsets.UTF_8),
        line.getBytes(StandardCharsets.UTF_8),
        (line + revoked).getBytes(StandardCharsets.UTF_8));
  }
}

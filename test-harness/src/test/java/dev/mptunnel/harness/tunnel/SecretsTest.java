package dev.mptunnel.harness.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;

/**
 * Ends that do not agree, and clients that are invited and revoked, as processes: what each side's
 * user reads, in one line, and what is let in. The tests run side by side, as they mostly wait for
 * what programs say in the end.
 */
class SecretsTest {

  private static final String NO_PATH =
      "no path leads to the server; trying on. Is mpserver running, ";

  @TempDir Path folder;

  private final String serverPort = FreePorts.nextText();
  private final List<ProgramProcess> running = new ArrayList<>();

  @AfterEach
  void stopAll() {
    running.reversed().forEach(ProgramProcess::close);
  }

  private ProgramProcess server(String... more) throws IOException {
    List<String> args = new ArrayList<>(List.of(more));
    args.addAll(List.of(serverPort, "127.0.0.1", "9")); // nothing is delivered
    return opened(ProgramProcess.server(args.toArray(String[]::new)));
  }

  private ProgramProcess client(String... more) throws IOException {
    List<String> args = new ArrayList<>(List.of(more));
    args.addAll(List.of("--listen", FreePorts.nextText()));
    args.addAll(List.of("--bridge", "127.0.0.1 " + serverPort + " name=way"));
    return opened(ProgramProcess.client(args.toArray(String[]::new)));
  }

  private ProgramProcess opened(ProgramProcess process) {
    running.add(process);
    return process;
  }

  private String ask(String... args) throws IOException {
    ProgramProcess program = opened(ProgramProcess.launchServer(args));
    assertEquals(0, program.awaitExit(), program::said);
    return program.output().getFirst();
  }

  private static void assertSaidOnce(ProgramProcess program, String line) {
    program.awaitError(line);
    assertEquals(1, program.countErrors(line), program::said);
  }

  @Test
  @Execution(CONCURRENT)
  void anotherSecret() throws IOException {
    ProgramProcess server = server("--secret", ask("keygen"));
    ProgramProcess client = client("--secret", ask("keygen"));
    assertSaidOnce(client, NO_PATH + "with the secret that is set here, and do the bridges");
    assertSaidOnce(server, "was not let in: its secret is not the one that is set here");
  }

  @Test
  @Execution(CONCURRENT)
  void noSecretOnOneSide() throws IOException {
    ProgramProcess server = server("--secret", ask("keygen"));
    ProgramProcess client = client();
    assertSaidOnce(client, NO_PATH + "without a secret as here, and do the bridges");
    assertSaidOnce(client, "no secret is set");
    assertSaidOnce(server, "was not let in: it has no secret, and we have one; give it ours");
  }

  @Test
  @Execution(CONCURRENT)
  void noSecretOnEitherSideIsWarnedOfOnBothAndWorks() throws IOException {
    ProgramProcess server = server();
    ProgramProcess client = client();
    client.awaitError("path way is up");
    assertSaidOnce(server, "no secret is set");
    assertSaidOnce(client, "no secret is set");
  }

  @Test
  @Execution(CONCURRENT)
  void plainAgainstSealed() throws IOException {
    ProgramProcess server = server("--secret", ask("keygen"));
    ProgramProcess client = client("--encrypt", "off");
    assertSaidOnce(client, NO_PATH + "with encrypt = off as here, and do the bridges");
    assertSaidOnce(server, "was not let in: it does not encrypt, and we do");
  }

  @Test
  @Execution(CONCURRENT)
  void sealedAgainstPlain() throws IOException {
    ProgramProcess server = server("--encrypt", "off");
    ProgramProcess client = client("--secret", ask("keygen"));
    assertSaidOnce(client, NO_PATH + "with the secret that is set here");
    assertSaidOnce(server, "was not let in: it encrypts, and we do not");
  }

  @Test
  @Execution(CONCURRENT)
  void aClientIsInvitedAndRevokedWhileTheServerRuns() throws IOException {
    Path config = folder.resolve("mpserver.conf");
    Files.writeString(config, "secret-file = secret\nclients-file = clients\n");
    ProgramProcess keygen =
        opened(ProgramProcess.launchServer("keygen", folder.resolve("secret").toString()));
    assertEquals(0, keygen.awaitExit(), keygen::said);
    ProgramProcess server = server("-c", config.toString());

    String token = ask("-c", config.toString(), "invite", "alice");
    assertTrue(token.startsWith("mpt1-"), token);
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("clients"))));
    server.awaitError("the clients file has changed and was read");
    ProgramProcess alice = client("--secret", token);
    alice.awaitError("path way is up");
    server.awaitError("client alice ");

    Path away = folder.resolve("away");
    Files.move(folder.resolve("clients"), away);
    server.awaitError("is gone; put it back, or restart mpserver; those who were let in before");
    Files.move(away, folder.resolve("clients"));

    ProgramProcess revoke =
        opened(ProgramProcess.launchServer("-c", config.toString(), "revoke", "alice"));
    assertEquals(0, revoke.awaitExit(), revoke::said);
    alice.awaitError("this invitation was revoked; ask for another");
    server.awaitError("is gone: it was revoked");

    ProgramProcess again = client("--secret", token);
    assertSaidOnce(again, "this invitation was revoked; ask for another");
    server.awaitError("client alice at 127.0.0.1");
    assertFalse(again.said().contains("is up"), again::said);
  }

  @Test
  @Execution(CONCURRENT)
  void anInvitationOfAnotherClientsFile() throws IOException {
    Path secret = folder.resolve("secret");
    ProgramProcess keygen = opened(ProgramProcess.launchServer("keygen", secret.toString()));
    assertEquals(0, keygen.awaitExit(), keygen::said);
    String[] invite = {
      "--secret-file",
      secret.toString(),
      "--clients-file",
      folder.resolve("a").toString(),
      "invite",
      "bob"
    };
    String token = ask(invite);
    ProgramProcess server =
        server(
            "--secret-file", secret.toString(), "--clients-file", folder.resolve("b").toString());
    ProgramProcess bob = client("--secret", token);
    assertSaidOnce(
        bob,
        "the server does not know this invitation; was mpserver started with the clients-file");
    assertSaidOnce(server, "it did not finish its handshake; if this repeats");
  }

  @Test
  @Execution(CONCURRENT)
  void filesThatOthersCanReadAreRefused() throws IOException {
    Path config = folder.resolve("mpclient.conf");
    Files.writeString(config, "127.0.0.1 " + serverPort + "\nsecret = " + ask("keygen") + "\n");
    Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-r--r--"));
    ProgramProcess client = opened(ProgramProcess.launchClient(config.toString()));
    assertEquals(2, client.awaitExit(), client::said);
    assertEquals(
        "mpclient: " + config + ":2: secret: others can read this file; chmod 600 " + config,
        client.errors().getFirst());
  }
}

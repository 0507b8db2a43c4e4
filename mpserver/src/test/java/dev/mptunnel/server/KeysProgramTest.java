package dev.mptunnel.server;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.config.ClientCommand;
import dev.mptunnel.config.KeysCommand;
import dev.mptunnel.config.ServerCommand;
import dev.mptunnel.crypto.Client;
import dev.mptunnel.crypto.ClientKeys;
import dev.mptunnel.secret.ClientsFile;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a user sees who makes a secret, invites and revokes. */
@DisabledOnOs(OS.WINDOWS)
final class KeysProgramTest {

  private static final LocalDate DAY = LocalDate.parse("2026-03-31");

  private final Random random = new Random(1);
  private LocalDate today = DAY;

  @TempDir Path folder;
  private Path conf;
  private Path clients;

  private record Said(int status, List<String> out, List<String> err) {}

  private Said run(String... args) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int status = run(out, err, args);
    return new Said(status, lines(out), lines(err));
  }

  private int run(OutputStream out, OutputStream err, String... args) {
    KeysCommand command = KeysCommand.of(args, Map.of());
    assertNotNull(command);
    return new KeysProgram(random, today, stream(out), stream(err)).run(command, args);
  }

  private static PrintStream stream(OutputStream out) {
    return new PrintStream(out, true, StandardCharsets.UTF_8);
  }

  private static List<String> lines(ByteArrayOutputStream out) {
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private static void assertRefused(Said said, String... lines) {
    assertEquals(List.of(), said.out);
    assertEquals(List.of(lines), said.err);
    assertEquals(2, said.status);
  }

  @BeforeEach
  void makeAServersFiles() throws Exception {
    conf = folder.resolve("mpserver.conf");
    clients = folder.resolve("them");
    Files.writeString(
        conf, "listen = 2000\ntarget = a:1\nsecret-file = secret\nclients-file = them\n");
    assertEquals(0, run("keygen", folder.resolve("secret").toString()).status);
  }

  private Said invite(String name) {
    return run("invite", name, "-c", conf.toString());
  }

  @Test
  void aSecretIsPrintedAlone() throws Exception {
    Said said = run("keygen");
    assertEquals(0, said.status);
    assertEquals(List.of(), said.err);
    assertEquals(1, said.out.size());
    String secret = said.out.getFirst();
    assertTrue(secret.matches("mps1(-[a-z2-7]{5}){8}"), secret);
    assertNotEquals(secret, run("keygen").out.getFirst());
    new ServerCommand(Map.of("MPTUNNEL_SECRET", secret)).config("2000", "a", "1");
  }

  @Test
  void aSecretIsWrittenForItsOwnerAndNeverOverAnother() throws Exception {
    Path file = folder.resolve("new");
    Said said = run("keygen", file.toString());
    assertEquals(0, said.status);
    assertEquals(List.of(), said.out);
    assertEquals(
        List.of("wrote " + file + "; give it to both ends, as secret-file, over a safe way"),
        said.err);
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    String written = Files.readString(file);
    new ClientCommand(Map.of()).config("--bridge=a 1", "--secret-file", file.toString());

    assertRefused(
        run("keygen", file.toString()),
        "mpserver keygen: " + file + ": exists already; move it away first, or name another file");
    assertEquals(written, Files.readString(file));
    Path nowhere = folder.resolve("none").resolve("new");
    assertRefused(
        run("keygen", nowhere.toString()),
        "mpserver keygen: " + nowhere + ": there is no such folder; expected one that is there");
  }

  @Test
  void whatInvitePrintsLetsTheClientIn() throws Exception {
    Said said = invite("alice");
    assertEquals(0, said.status);
    assertEquals(1, said.out.size());
    assertEquals(
        List.of(
            "alice is invited. What begins with mpt1- is for alice alone, over a safe way, and is"
                + " not shown again:",
            "  secret = mpt1-..., in mpclient.conf, then chmod 600 mpclient.conf"),
        said.err);

    ClientKeys keys = keys(said.out.getFirst());
    Client alice = ClientsFile.read(clients).find(keys.own().publicKey());
    assertEquals("alice", alice.name());
    assertArrayEquals(alice.psk(), keys.psk());
    assertArrayEquals(
        keys.serverPublicKey(),
        new ServerCommand(Map.of())
            .config("-c", conf.toString())
            .security()
            .secret()
            .serverKeys()
            .own()
            .publicKey());
  }

  private ClientKeys keys(String secret) throws Exception {
    return new ClientCommand(Map.of("MPTUNNEL_SECRET", secret))
        .config("--bridge=a 1")
        .security()
        .secret()
        .clientKeys(random);
  }

  @Test
  void whoWasRevokedMayBeInvitedAgainWithNewKeys() throws Exception {
    ClientKeys first = keys(invite("alice").out.getFirst());
    assertRefused(
        invite("alice"),
        "mpserver invite: alice was invited on 2026-03-31 already; to make new keys, revoke alice"
            + " first");

    today = DAY.plusDays(2);
    Said revoked = run("revoke", "alice", "-c", conf.toString());
    assertEquals(
        new Said(
            0, List.of(), List.of("alice is revoked; a running server notices within a second")),
        revoked);
    assertRefused(
        run("revoke", "alice", "-c", conf.toString()),
        "mpserver revoke: alice was revoked on 2026-04-02 already");

    ClientKeys second = keys(invite("alice").out.getFirst());
    assertTrue(ClientsFile.read(clients).find(first.own().publicKey()).revoked());
    assertEquals(false, ClientsFile.read(clients).find(second.own().publicKey()).revoked());
  }

  @Test
  void whoIsRevokedMustBeKnown() {
    assertRefused(
        run("revoke", "alice", "-c", conf.toString()),
        "mpserver revoke: nobody is called alice; expected one of those that 'clients' lists");
    invite("alice");
    assertRefused(
        run("revoke", "alcie", "-c", conf.toString()),
        "mpserver revoke: nobody is called alcie; did you mean alice?");
  }

  @Test
  void theTableShowsEverybody() {
    Said none = run("clients", "-c", conf.toString());
    assertEquals(new Said(0, List.of(clients + ": nobody was invited yet"), List.of()), none);
    invite("alice");
    assertEquals(
        0,
        run("invite", "bob-of-the-long-name", "-c", conf.toString(), "--targets=wg,fixed").status);
    today = DAY.plusDays(2);
    run("revoke", "alice", "-c", conf.toString());

    Said said = run("clients", "-c", conf.toString());
    assertEquals(0, said.status);
    assertEquals(List.of(), said.err);
    assertEquals(3, said.out.size());
    assertTrue(
        said.out.get(0).matches("name +since +revoked +key begins  targets"), said.out.get(0));
    assertTrue(
        said.out.get(1).matches("alice +2026-03-31  2026-04-02  [a-z2-7]{10}  all"),
        said.out.get(1));
    assertTrue(
        said.out.get(2).matches("bob-of-the-long-name +2026-03-31 {14}[a-z2-7]{10}  wg,fixed"),
        said.out.get(2));
  }

  /** As a process; what a shell opened is not asked for its mode. */
  @Test
  @Timeout(60)
  void theProgramInvitesWithASecretOfStandardInput() throws Exception {
    Path secret = folder.resolve("secret");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
    Process mpserver =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "--secret-file=/dev/stdin",
                "invite",
                "alice",
                "--clients-file",
                clients.toString())
            .redirectInput(secret.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<String> out = mpserver.inputReader().readAllLines();
    assertEquals(0, mpserver.waitFor());
    assertEquals(1, out.size());
    assertNotNull(ClientsFile.read(clients).find(keys(out.getFirst()).own().publicKey()));
  }

  @Test
  void badUsageIsOneLineAndWhereHelpIs() {
    assertRefused(
        run("invite"),
        "mpserver invite: no name is given; expected mpserver invite NAME",
        "try 'mpserver invite --help'");
  }

  @Test
  void aClientsFileThatIsWrongIsNamedWithItsLine() throws Exception {
    Files.writeString(clients, "alice\n");
    Files.setPosixFilePermissions(clients, PosixFilePermissions.fromString("rw-------"));
    String wrong =
        clients
            + ":1: there are 1 fields; expected name, since, revoked, key, psk, and targets"
            + " or nothing, and allow=RULES, deny=RULES or nothing";
    assertRefused(run("clients", "-c", conf.toString()), "mpserver clients: " + wrong);
    assertRefused(invite("bob"), "mpserver invite: " + wrong);
  }

  @Test
  void whatCannotBePrintedIsTold() {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws java.io.IOException {
            throw new java.io.IOException("No space left on device");
          }
        };
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    assertEquals(2, run(full, err, "keygen"));
    assertEquals(2, run(full, err, "invite", "alice", "-c", conf.toString()));
    assertEquals(
        List.of(
            "mpserver keygen: standard output cannot be written to; no secret was made",
            "mpserver invite: standard output cannot be written to; revoke alice, then"
                + " invite again"),
        lines(err));
  }
}

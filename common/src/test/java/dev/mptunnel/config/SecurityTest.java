package dev.mptunnel.config;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mptunnel.secret.Password;
import dev.mptunnel.secret.SharedSeed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which secret counts, what contradicts it, and that no message shows it. */
@DisabledOnOs(OS.WINDOWS)
class SecurityTest {

  private static final SharedSeed[] SEEDS = {seed(1), seed(2), seed(3)};
  private static final String ONE = SEEDS[0].text();
  private static final String TWO = SEEDS[1].text();
  private static final String THREE = SEEDS[2].text();
  private static final String INVITATION =
      "mpt1-f2ck5aimshqa46b56nwr25egzfn45xvqxqnxvrpzyn37svc5eiogizlgm5ugs2tlnrww433qofzhg5dvoz32chr4"
          + "meka";
  private static final String PASSWORD = "correct horse";

  @TempDir Path folder;

  private static SharedSeed seed(int number) {
    return SharedSeed.random(new Random(number));
  }

  // --- which secret counts ---

  @Test
  void withoutASecretTheWellKnownOneIsTakenAndTheUserWarned() throws Exception {
    String warning =
        "no secret is set: who only listens learns nothing, but anyone may connect, and who can"
            + " change packets can read them; make a secret with 'mpserver keygen'";
    ClientSecurity client = client(Map.of());
    assertEquals(Protection.OPPORTUNISTIC, client.protection());
    assertSame(SharedSeed.WELL_KNOWN, client.secret());
    assertEquals(List.of(warning), client.warnings());
    assertEquals(256, client.cipher().keyBits());

    ServerSecurity server = server(Map.of());
    assertEquals(Protection.OPPORTUNISTIC, server.protection());
    assertSame(SharedSeed.WELL_KNOWN, server.secret());
    assertEquals(List.of(warning), server.warnings());
    assertEquals(16, server.maxSessionsPerClient());
    assertNull(server.clientsFile());
  }

  @Test
  void theCommandLineWinsOverTheEnvironmentAndThatOverTheFile() throws Exception {
    Path file = conf("secret = " + ONE);
    Map<String, String> environment = Map.of("MPTUNNEL_SECRET", TWO);

    assertSecret(0, client(Map.of(), "-c", file.toString()));
    assertSecret(1, client(environment, "-c", file.toString()));
    assertSecret(2, client(environment, "-c", file.toString(), "--secret", THREE));
    Path three = secretFile("three", THREE);
    assertSecret(2, client(environment, "-c", file.toString(), "--secret-file", three.toString()));
    assertSecret(1, client(environment, "-c", conf("secret-file = three").toString()));
  }

  private static void assertSecret(int expected, ClientSecurity security) {
    assertEquals(Protection.KEYED, security.protection());
    SharedSeed secret = assertInstanceOf(SharedSeed.class, security.secret());
    assertArrayEquals(SEEDS[expected].bytes(), secret.bytes());
  }

  @Test
  void aFileNamedInTheConfigurationCountsFromItsFolder() throws Exception {
    secretFile("one", "# ours\n\n  " + ONE + "  \nwhat stands below is not looked at\n");
    Path file = conf("secret-file = one");
    assertSecret(0, client(Map.of(), "-c", file.toString()));

    Path server = folder.resolve("mpserver.conf");
    Files.writeString(server, "secret-file = one\nclients-file = " + "them\n");
    assertEquals(folder.resolve("them"), server(Map.of(), "-c", server.toString()).clientsFile());
    assertEquals(
        Path.of("them"), server(Map.of(), "--secret", ONE, "--clients-file", "them").clientsFile());
  }

  @Test
  void aSecretComesOutOfAPipeToo() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", "-m", "644", pipe.toString()).start().waitFor());
    Process writer =
        new ProcessBuilder("sh", "-c", "echo " + ONE + " >" + pipe).inheritIO().start();
    assertSecret(0, client(Map.of(), "--secret-file", pipe.toString()));
    assertEquals(0, writer.waitFor());
  }

  @Test
  void aClientMayBeInvitedAndAServerNot() throws Exception {
    assertEquals(
        "an invitation", client(Map.of("MPTUNNEL_SECRET", INVITATION)).secret().toString());
    String refused =
        ": an invitation (mpt1-) is for a client; expected a secret made by 'mpserver keygen'";
    assertEquals("--secret" + refused, serverMessage(Map.of(), "--secret", INVITATION));
    assertEquals("MPTUNNEL_SECRET" + refused, serverMessage(Map.of("MPTUNNEL_SECRET", INVITATION)));
    Path file = secretFile("alice", INVITATION);
    assertEquals(
        "--secret-file: " + file + refused,
        serverMessage(Map.of(), "--secret-file", file.toString()));
  }

  @Test
  void aTypedPasswordIsWarnedOfButNotStretchedYet() throws Exception {
    ClientSecurity security = client(Map.of("MPTUNNEL_SECRET", PASSWORD));
    assertInstanceOf(Password.class, security.secret());
    assertEquals(
        List.of(
            "MPTUNNEL_SECRET: a typed password can be guessed by whoever records packets; better a"
                + " secret made by 'mpserver keygen'"),
        security.warnings());
    assertEquals(
        "MPTUNNEL_SECRET: the password is too short; expected at least 12 characters, or a secret"
            + " made by 'mpserver keygen'",
        clientMessage(Map.of("MPTUNNEL_SECRET", "correct hor")));
  }

  @Test
  void aSecretOnTheCommandLineIsWarnedOf() throws Exception {
    String warning =
        "--secret: every user of this machine can see a command line; better --secret-file";
    assertEquals(List.of(warning), client(Map.of(), "--secret", ONE).warnings());
    assertEquals(List.of(warning), server(Map.of(), "--secret", ONE).warnings());
    assertEquals(List.of(), client(Map.of("MPTUNNEL_SECRET", ONE)).warnings());
    assertEquals(List.of(), client(Map.of(), "-c", conf("secret = " + ONE).toString()).warnings());
  }

  // --- the switch ---

  @Test
  void whoSwitchesEncryptionOffNearerByNeedNoSecretBelow() throws Exception {
    secretFile("one", ONE);
    String file = conf("secret-file = one").toString();
    for (ClientSecurity security :
        List.of(
            client(Map.of("MPTUNNEL_ENCRYPT", "0"), "-c", file),
            client(Map.of(), "--encrypt", "off", "-c", file),
            client(Map.of("MPTUNNEL_SECRET", TWO), "--encrypt", "off"),
            client(Map.of(), "-c", conf("encrypt = off").toString()))) {
      assertEquals(Protection.PLAIN, security.protection());
      assertNull(security.secret());
      assertEquals(List.of(), security.warnings());
    }
    Path server = folder.resolve("mpserver.conf");
    Files.writeString(server, "secret-file = one\nclients-file = them\n");
    ServerSecurity plain = server(Map.of("MPTUNNEL_ENCRYPT", "0"), "-c", server.toString());
    assertEquals(Protection.PLAIN, plain.protection());
    assertNull(plain.clientsFile());
  }

  @Test
  void theEnvironmentSwitchesEncryptionOnAgain() throws Exception {
    String file = conf("encrypt = off").toString();
    assertEquals(
        Protection.OPPORTUNISTIC, client(Map.of("MPTUNNEL_ENCRYPT", "1"), "-c", file).protection());
    assertSecret(0, client(Map.of("MPTUNNEL_ENCRYPT", "1", "MPTUNNEL_SECRET", ONE), "-c", file));
    assertEquals(
        Protection.PLAIN,
        client(Map.of("MPTUNNEL_ENCRYPT", "1"), "--encrypt", "off", "-c", file).protection());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "2", "off", "yes", " "})
  void anythingElseThan0Or1IsRefused(String value) {
    assertEquals(
        "MPTUNNEL_ENCRYPT: '" + value + "' is not known; expected 0 or 1",
        clientMessage(Map.of("MPTUNNEL_ENCRYPT", value)));
  }

  @Test
  void anEmptySecretIsNoSecretButAnError() {
    assertEquals(
        "MPTUNNEL_SECRET: there is no value; expected mps1-..., mpt1-... or a password of 12"
            + " characters or more",
        clientMessage(Map.of("MPTUNNEL_SECRET", "")));
    assertEquals(
        "--secret: there is no value; expected mps1-... or a password of 12 characters or more",
        serverMessage(Map.of(), "--secret", ""));
  }

  @Test
  void whatContradictsItselfIsRefused() throws Exception {
    secretFile("one", ONE);
    Path file = conf("secret = " + ONE + "\nsecret-file = one");
    assertEquals(
        file
            + ":3: secret-file: there is a secret already, at "
            + file
            + ":2: secret; expected one of the two",
        clientMessage(Map.of(), "-c", file.toString()));
    assertEquals(
        "--secret-file: there is a secret already, at --secret; expected one of the two",
        clientMessage(Map.of(), "--secret", ONE, "--secret-file", "one"));

    file = conf("encrypt = off\nsecret = " + ONE);
    assertEquals(
        file
            + ":3: secret: encryption is off by "
            + file
            + ":2: encrypt; expected one of the two, not both",
        clientMessage(Map.of(), "-c", file.toString()));
    assertEquals(
        "MPTUNNEL_SECRET: encryption is off by MPTUNNEL_ENCRYPT; expected one of the two, not both",
        clientMessage(Map.of("MPTUNNEL_SECRET", ONE, "MPTUNNEL_ENCRYPT", "0")));
    assertEquals(
        "--secret: encryption is off by --encrypt; expected one of the two, not both",
        clientMessage(Map.of(), "--secret", ONE, "--encrypt", "off"));
    // A secret does not say that encryption is on: who typed it may not know what the file says.
    Path off = conf("encrypt = off");
    assertEquals(
        "--secret: encryption is off by " + off + ":2: encrypt; expected one of the two, not both",
        clientMessage(Map.of(), "--secret", ONE, "-c", off.toString()));
    assertSecret(0, client(Map.of(), "--secret", ONE, "--encrypt", "on", "-c", off.toString()));
  }

  @Test
  void invitationsNeedASecretThatNobodyCanGuess() {
    String refused =
        "--clients-file: invitations need a secret; expected one made by 'mpserver keygen', as"
            + " secret-file";
    assertEquals(refused, serverMessage(Map.of(), "--clients-file", "them"));
    assertEquals(refused, serverMessage(Map.of(), "--clients-file", "them", "--encrypt", "off"));
    assertEquals(
        "--clients-file: who is invited could guess the password at MPTUNNEL_SECRET; expected a"
            + " secret made by 'mpserver keygen'",
        serverMessage(Map.of("MPTUNNEL_SECRET", PASSWORD), "--clients-file", "them"));
  }

  @Test
  void bridgesAskForNothingOfIt() {
    assertEquals(
        "unknown option '--encrypt'; expected one of --listen, --protocol, --server,"
            + " --idle-timeout, --max-clients, --cc, --socket-buffer, --dscp, --engine,"
            + " --busy-poll, --loops, --tcp-engine, --status, --status-token, --control, --log,"
            + " --config, --verbose, --help, --version",
        assertThrows(
                ConfigException.class,
                () -> new BridgeCommand().config("--encrypt=off", "1", "a:1"))
            .getMessage());
  }

  @ParameterizedTest
  @CsvSource({"aes-256-gcm, 256", "aes-128-gcm, 128"})
  void theClientChoosesTheCipher(String word, int keyBits) throws Exception {
    assertEquals(keyBits, client(Map.of(), "--cipher", word).cipher().keyBits());
    assertEquals(
        "--cipher: 'aes_256_gcm' is not known; expected aes-256-gcm or aes-128-gcm",
        clientMessage(Map.of(), "--cipher", "aes_256_gcm"));
  }

  // --- files ---

  @ParameterizedTest
  @CsvSource({
    "rw-r-----, read",
    "rw----r--, read",
    "rw-rw-rw-, read",
    "rw--w----, change",
    "rwx-----x, change"
  })
  void aFileWithASecretIsItsOwnersAlone(String mode, String can) throws Exception {
    Path secret = secretFile("one", ONE);
    Path file = conf("ping = 1s\nsecret = " + ONE);
    String refused = ": others can " + can + " this file; chmod 600 ";
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString(mode));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));

    assertEquals(
        file + ":3: secret" + refused + file, clientMessage(Map.of(), "-c", file.toString()));
    assertEquals(
        "--secret-file: " + secret + refused + secret,
        clientMessage(Map.of(), "--secret-file", secret.toString()));
    Path naming = conf("secret-file = one");
    Files.setPosixFilePermissions(naming, PosixFilePermissions.fromString("rw-r--r--"));
    assertEquals(
        naming + ":2: secret-file: " + secret + refused + secret,
        clientMessage(Map.of(), "-c", naming.toString()));

    for (String own : List.of("rw-------", "r--------", "rwx------")) {
      Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString(own));
      assertSecret(0, client(Map.of(), "-c", naming.toString()));
    }
  }

  @Test
  void aPasswordIsNotCutAtAComment() throws Exception {
    for (String password : List.of("correct horse #9 battery", "#9 battery", "ab #cdefghijklm")) {
      Path file = conf("secret = " + password);
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
      assertEquals(
          file
              + ":2: secret: a password would end at the ' #', where a comment begins; expected a"
              + " comment in a line of its own, or such a password in a secret-file",
          clientMessage(Map.of(), "-c", file.toString()));
    }
    Path commented = conf("secret = " + ONE + " # ours");
    Files.setPosixFilePermissions(commented, PosixFilePermissions.fromString("rw-------"));
    assertSecret(0, client(Map.of(), "-c", commented.toString()));
  }

  @Test
  void aSecretFileThatCannotBeUsedIsNamed() throws Exception {
    String start = "--secret-file: " + folder.resolve("one") + ": ";
    assertEquals(start + "there is no such file; expected a file with a secret in it", of("one"));
    secretFile("one", "# nothing\n\n");
    assertEquals(start + "holds no secret; expected one in a line of its own", of("one"));
    secretFile("one", "x".repeat(4097));
    assertEquals(start + "is too long; expected at most 4096 bytes", of("one"));
    secretFile("one", ONE.substring(1));
    assertEquals(
        start
            + "the secret looks like one of mpserver's but begins with neither mps1- nor mpt1-;"
            + " expected it as mpserver printed it, or a password that is not one row of letters"
            + " and digits",
        of("one"));
    Files.write(folder.resolve("one"), new byte[] {'a', (byte) 0xE9});
    assertEquals(start + "is not UTF-8; expected a file with a secret in it", of("one"));
    assertEquals(
        "--secret-file: 'a?b' is no name of a file; expected a file",
        clientMessage(Map.of(), "--secret-file", "a\nb"));
  }

  private String of(String name) {
    return clientMessage(Map.of(), "--secret-file", folder.resolve(name).toString());
  }

  // --- nothing is shown ---

  static Stream<String> linesThatHoldASecret() {
    return Stream.of(
        "secret = mps1-hunter2hunter2",
        "secret = mpsl-hunter2hunter2",
        "secret = hunter2",
        "secret = hunter2hunter2\u0007",
        "secrte = hunter2hunter2\u0007",
        "secret hunter2hunter2",
        "secret: hunter2hunter2",
        "Secret\thunter2hunter2",
        "password hunter2hunter2",
        "mps1-hunter2hunter2",
        "mps1 hunter2hunter2",
        "mpsl-hunter2hunter2",
        "a mps1-hunter2hunter2",
        "ping = mps1-hunter2hunter2",
        "secret-file mps1-hunter2hunter2",
        "secret-file = mps1-hunter2hunter2",
        "mps1-hunter2hunter2 = secret");
  }

  @ParameterizedTest
  @MethodSource("linesThatHoldASecret")
  void noMessageShowsIt(String line) throws Exception {
    Path file = conf(line);
    for (Command<?> command :
        List.of(new ClientCommand(Map.of()), new ServerCommand(Map.of()), new BridgeCommand())) {
      String message =
          assertThrows(ConfigException.class, () -> command.config("-c", file.toString()))
              .getMessage();
      assertFalse(message.contains("hunter2"), message);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--secret=hunter2",
        "--secret hunter2",
        "--secrte=hunter2hunter2",
        "--secret:hunter2hunter2",
        "--secret mpsl-hunter2hunter2",
        "mps1-hunter2hunter2",
        "-c mpt1-hunter2hunter2",
        "--ping mps1-hunter2hunter2",
        // Cut at 60 characters, so few are left of the secret that they no longer look like one.
        "--ping xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx-mps1-hunter2hunter2"
      })
  void neitherOneOfTheCommandLine(String words) {
    for (Command<?> command : List.of(new ClientCommand(Map.of()), new ServerCommand(Map.of()))) {
      String message =
          assertThrows(ConfigException.class, () -> command.config(words.split(" "))).getMessage();
      assertFalse(message.contains("hunter2"), message);
    }
  }

  @Test
  void aLineWithoutItsEqualsSignIsUnderstood() throws Exception {
    Path file = conf("secret: " + PASSWORD);
    assertEquals(
        file + ":2: the line has no '='; expected secret = ...",
        clientMessage(Map.of(), "-c", file.toString()));
    Path host = conf("secret.example.org 99999");
    assertEquals(
        host + ":2: port 99999 is out of range; expected 1 to 65535",
        clientMessage(Map.of(), "-c", host.toString()));
  }

  private static String clientMessage(Map<String, String> environment, String... args) {
    return assertThrows(ConfigException.class, () -> client(environment, args)).getMessage();
  }

  private static String serverMessage(Map<String, String> environment, String... args) {
    return assertThrows(ConfigException.class, () -> server(environment, args)).getMessage();
  }

  private static ClientSecurity client(Map<String, String> environment, String... args)
      throws ConfigException {
    String[] all = Stream.concat(Stream.of("--bridge=a 1"), Stream.of(args)).toArray(String[]::new);
    return new ClientCommand(environment).config(all).security();
  }

  private static ServerSecurity server(Map<String, String> environment, String... args)
      throws ConfigException {
    String[] all =
        Stream.concat(Stream.of(args), Stream.of("2000", "a", "1")).toArray(String[]::new);
    return new ServerCommand(environment).config(all).security();
  }

  /** A new configuration file whose first line is a comment. */
  private Path conf(String lines) throws IOException {
    Path file = Files.createTempFile(folder, "mpclient", ".conf");
    return Files.writeString(file, "# a test's\n" + lines + "\n");
  }

  private Path secretFile(String name, String text) throws IOException {
    Path file = Files.writeString(folder.resolve(name), text);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }
}

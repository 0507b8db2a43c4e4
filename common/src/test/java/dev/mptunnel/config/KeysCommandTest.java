package dev.mptunnel.config;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.access.AccessRules;
import dev.mptunnel.secret.SharedSeed;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@DisabledOnOs(OS.WINDOWS)
class KeysCommandTest {

  private static final SharedSeed SEED = SharedSeed.random(new Random(1));

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "invite alice -c CONF",
        "invite -c CONF alice",
        "-c CONF invite alice",
        "--config=CONF invite alice",
        "invite alice --secret-file SECRET --clients-file THEM",
        "invite alice --secret-file SECRET -c CONF",
        "-c CONF --targets wg,fixed invite alice",
      })
  void thePlaceOfTheWordsDoesNotMatter(String words) throws Exception {
    Path secret = folder.resolve("secret");
    Files.writeString(secret, SEED.text());
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    Path them = folder.resolve("them");
    Path conf = folder.resolve("mpserver.conf");
    Files.writeString(
        conf, "listen = 2000\ntarget = a:1\nsecret-file = secret\nclients-file = them\n");

    String[] args =
        words
            .replace("CONF", conf.toString())
            .replace("SECRET", secret.toString())
            .replace("THEM", them.toString())
            .split(" ");
    // What is said of encryption elsewhere is no reason not to invite.
    KeysTask task = KeysCommand.of(args, Map.of("MPTUNNEL_ENCRYPT", "0")).config(args);
    KeysTask.Invite invite = assertInstanceOf(KeysTask.Invite.class, task);
    assertEquals("alice", invite.name());
    assertEquals(them, invite.clientsFile());
    assertArrayEquals(SEED.bytes(), invite.secret().bytes());
    assertEquals(words.contains("targets") ? List.of("wg", "fixed") : List.of(), invite.targets());
  }

  /** What all may is the server's affair: it must not come to stand in one client's line. */
  @Test
  void whatAllMayReachIsNotWhatOneMay() throws Exception {
    Path secret = folder.resolve("secret");
    Files.writeString(secret, SEED.text());
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    Path conf = folder.resolve("mpserver.conf");
    Files.writeString(
        conf,
        "listen = 2000\nsecret-file = secret\nclients-file = them\nallow = *:443\ndeny = a.test\n");
    KeysTask.Invite all =
        assertInstanceOf(KeysTask.Invite.class, config("invite", "a", "-c", conf.toString()));
    assertEquals(AccessRules.NONE, all.access());
    KeysTask.Invite one =
        assertInstanceOf(
            KeysTask.Invite.class,
            config("invite", "a", "-c", conf.toString(), "--client-allow", "b.test:1,10.0.0.0/8"));
    assertEquals("[b.test:1, 10.0.0.0/8]", one.access().allow().toString());
  }

  @Test
  void whoRevokesOrLooksNeedsNoSecret() throws Exception {
    assertEquals(
        new KeysTask.Revoke("alice", Path.of("them")),
        config("revoke", "alice", "--clients-file", "them"));
    assertEquals(new KeysTask.Show(Path.of("them")), config("clients", "--clients-file=them"));
  }

  @Test
  void aSecretIsPrintedOrWritten() throws Exception {
    assertEquals(new KeysTask.Keygen(null), config("keygen"));
    assertEquals(new KeysTask.Keygen(Path.of("a")), config("keygen", "a"));
    String[] args = {"keygen"};
    KeysCommand command = KeysCommand.of(args, Map.of("MPTUNNEL_SECRET", "bad"));
    assertEquals(new KeysTask.Keygen(null), command.config(args), "to replace a bad secret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "2000 127.0.0.1 1194", "--help", "-c invite", "2000 keygen 1194"})
  void whateverElseIsSaidIsForTheServer(String words) {
    String[] args = words.isEmpty() ? new String[0] : words.split(" ");
    assertNull(KeysCommand.of(args, Map.of()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          invite                             | no name is given; expected mpserver invite NAME
          invite alice                       | no clients file is given; expected --clients-file PATH, or -c FILE with such a line
          invite alice --clients-file a      | --clients-file: invitations need a secret; expected one made by 'mpserver keygen', as secret-file
          invite alice --clients-file a --secret correct-horse | --clients-file: who is invited could guess the password at --secret; expected a secret made by 'mpserver keygen'
          invite al/ice                      | NAME: 'al/ice' is refused; expected 1 to 32 of A-Z, a-z, 0-9, '.', '_' and '-', beginning with a letter or digit
          invite .alice                      | NAME: '.alice' is refused; expected 1 to 32 of A-Z, a-z, 0-9, '.', '_' and '-', beginning with a letter or digit
          invite aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa | NAME: 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' is refused; expected 1 to 32 of A-Z, a-z, 0-9, '.', '_' and '-', beginning with a letter or digit
          invite alice bob                   | 'bob' is one too many; expected mpserver invite NAME
          revoke                             | no name is given; expected mpserver revoke NAME
          revoke mpt1-abcdefghijklmnopabcdefghijklmnop     | NAME: 'mpt1-...' is refused; expected 1 to 32 of A-Z, a-z, 0-9, '.', '_' and '-', beginning with a letter or digit
          clients alice                      | 'alice' is one too many; expected mpserver clients
          keygen a b                         | 'b' is one too many; expected mpserver keygen [FILE]
          keygen --secret=x                  | unknown option '--secret'; expected one of --help, --version
          invite alice --ping 5s             | unknown option '--ping'; expected one of --secret, --secret-file, --clients-file, --targets, --client-allow, --client-deny, --config, --help, --version
          invite alice --targets Wg          | --targets: 'Wg' is refused; expected names between commas, each 1 to 32 of a-z, 0-9, '-' and '_'
          invite alice --targets             | --targets: there is no value; expected names between commas, each 1 to 32 of a-z, 0-9, '-' and '_'
          clients --targets wg               | unknown option '--targets'; expected one of --secret, --secret-file, --clients-file, --config, --help, --version
          invite alice --secert-file x       | unknown option '--secert-file'; did you mean --secret-file?
          """)
  void badUsageIsOneLine(String words, String message) {
    String[] args = words.split(" ");
    assertEquals(message, assertThrows(ConfigException.class, () -> config(args)).getMessage());
  }

  @ParameterizedTest
  @CsvSource({"invte alice, invte, invite", "Keygen, Keygen, keygen", "client, client, clients"})
  void aWordMistypedIsTold(String words, String shown, String meant) {
    assertEquals(
        "unknown command '" + shown + "'; did you mean " + meant + "?",
        serverMessage(words.split(" ")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"list", "revoke-a-client", "70000", "2o00"})
  void aPortMistypedStaysAPort(String port) {
    assertTrue(
        serverMessage(port, "a", "1").startsWith("PORT: port "), serverMessage(port, "a", "1"));
  }

  private static String serverMessage(String... args) {
    assertNull(KeysCommand.of(args, Map.of()));
    return assertThrows(ConfigException.class, () -> new ServerCommand(Map.of()).config(args))
        .getMessage();
  }

  @Test
  void aConfigurationWithoutAClientsFileIsNamed() throws Exception {
    Path conf = Files.writeString(folder.resolve("mpserver.conf"), "listen = 2000\n");
    assertEquals(
        "no clients file is given; expected --clients-file PATH, or such a line in " + conf,
        assertThrows(ConfigException.class, () -> config("clients", "-c", conf.toString()))
            .getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"keygen", "invite", "revoke", "clients"})
  void eachHasItsHelp(String word) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    String[] args = {word, "--help"};
    CommandResult<KeysTask> result =
        KeysCommand.of(args, Map.of())
            .start(args, new PrintStream(out, true, StandardCharsets.UTF_8), System.err);
    String help = out.toString(StandardCharsets.UTF_8);
    assertEquals(new CommandResult.Exit<>(0), result);
    assertTrue(help.startsWith("Usage: mpserver " + word), help);
    assertTrue(help.contains("Example: mpserver " + word), help);
    assertEquals(!word.equals("keygen"), help.contains("--clients-file=PATH"), help);
    assertEquals(
        word.equals("invite"),
        help.contains("above -c but --targets, --client-allow, --client-deny is"),
        help);
  }

  private static KeysTask config(String... args) throws ConfigException {
    KeysCommand command = KeysCommand.of(args, Map.of());
    assertNotNull(command);
    return command.config(args);
  }
}

package dev.mptunnel.secret;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.access.AccessRule;
import dev.mptunnel.access.AccessRules;
import dev.mptunnel.crypto.Client;
import dev.mptunnel.crypto.ClientKeys;
import dev.mptunnel.crypto.StaticKeys;
import dev.mptunnel.wire.Destination;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@DisabledOnOs(OS.WINDOWS)
class ClientsFileTest {

  private static final LocalDate DAY = LocalDate.parse("2026-03-31");
  private static final LocalDate LATER = LocalDate.parse("2026-04-02");
  private static final String KEY = "a".repeat(52);
  private static final String PSK = "b".repeat(51) + "a";

  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void nameFile() {
    file = folder.resolve("clients");
  }

  @Test
  void whereThereIsNoFileNobodyWasInvited() throws Exception {
    assertEquals(List.of(), ClientsFile.read(file).entries());
    assertNull(ClientsFile.stamp(file));
  }

  @Test
  void whoWasInvitedIsFoundByTheKeyAlsoOnceRevoked() throws Exception {
    ClientKeys alice = keys(1);
    ClientKeys bob = keys(2);
    invite("alice", alice);
    invite("bob", bob);
    ClientsFile.change(file, now -> now.revoke("alice", LATER));
    ClientKeys again = keys(3);
    invite("alice", again);

    Clients clients = ClientsFile.read(file);
    assertEquals(List.of("bob", "alice"), clients.names());
    assertClient(clients, "alice", alice, true);
    assertClient(clients, "bob", bob, false);
    assertClient(clients, "alice", again, false);
    assertNull(clients.find(keys(4).own().publicKey()));
    assertEquals(
        List.of("alice 2026-03-31 2026-04-02", "bob 2026-03-31 null", "alice 2026-03-31 null"),
        clients.entries().stream()
            .map(entry -> entry.name() + " " + entry.since() + " " + entry.revoked())
            .toList());
  }

  private static void assertClient(Clients clients, String name, ClientKeys keys, boolean revoked) {
    Client client = clients.find(keys.own().publicKey());
    assertEquals(name, client.name());
    assertEquals(revoked, client.revoked());
    assertArrayEquals(keys.psk(), client.psk());
    assertArrayEquals(keys.own().publicKey(), client.publicKey());
  }

  @Test
  void whatAClientMayUseStandsBehindItsKeys() throws Exception {
    ClientKeys alice = keys(1);
    ClientsFile.change(
        file, now -> now.invite("alice", alice, DAY, List.of("wg", "fixed"), AccessRules.NONE));
    invite("bob", keys(2));
    ClientsFile.change(file, now -> now.revoke("alice", LATER));
    Client client = read().find(alice.own().publicKey());
    assertTrue(client.mayUse("wg") && client.mayUse(null));
    assertFalse(client.mayUse("vpn"));
    assertTrue(Files.readString(file).contains(" wg,fixed\nbob "));
    Client bob = read().find(keys(2).own().publicKey());
    assertTrue(bob.mayUse("vpn") && bob.mayUse(null), "all, if none stand there");
  }

  @Test
  void whatAClientMayHaveDialledStandsBehindItsTargets() throws Exception {
    AccessRules its =
        new AccessRules(
            List.of(AccessRule.parse("*.a.test:443"), AccessRule.parse("10.0.0.0/8:22")),
            List.of(AccessRule.parse("b.a.test")));
    ClientsFile.change(file, now -> now.invite("alice", keys(1), DAY, List.of("wg"), its));
    ClientsFile.change(file, now -> now.invite("eve", keys(2), DAY, List.of(), its));
    invite("bob", keys(3));
    assertTrue(
        Files.readString(file)
            .contains(" wg allow=*.a.test:443,10.0.0.0/8:22 deny=b.a.test\neve "));
    assertEquals(its, read().find(keys(1).own().publicKey()).access());
    AccessRules all = new AccessRules(List.of(AccessRule.parse("c.test")), List.of());
    Client alice = read().find(keys(1).own().publicKey());
    Client eve = read().find(keys(2).own().publicKey());
    Client bob = read().find(keys(3).own().publicKey());
    Destination hers = Destination.of("x.a.test", 443);
    Destination everybodys = Destination.of("c.test", 1);
    assertTrue(alice.accessBesides(all).mayBe(hers) && eve.accessBesides(all).mayBe(hers));
    assertFalse(bob.accessBesides(all).mayBe(hers), "another client's");
    assertTrue(
        eve.accessBesides(all).mayBe(everybodys) && bob.accessBesides(all).mayBe(everybodys));
    assertFalse(alice.accessBesides(all).mayBe(everybodys), "who has a list has what is in it");
    AccessRules none = new AccessRules(List.of(), List.of(AccessRule.parse("x.a.test")));
    assertFalse(alice.accessBesides(none).mayBe(hers), "what is denied to all");
  }

  @Test
  void whoIsInvitedTwiceKeepsTheKeys() throws Exception {
    invite("alice", keys(1));
    String before = Files.readString(file);
    assertEquals(
        "alice was invited on 2026-03-31 already; to make new keys, revoke alice first",
        assertThrows(SecretException.class, () -> invite("alice", keys(2))).getMessage());
    assertEquals(before, Files.readString(file));
  }

  @Test
  void theFileIsTheOwnersAndSaysHowToChangeIt() throws Exception {
    invite("alice", keys(1));
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    List<String> lines = Files.readAllLines(file);
    assertTrue(lines.getFirst().startsWith("# "), lines.getFirst());
    assertTrue(lines.getFirst().contains("'mpserver invite NAME'"), lines.getFirst());
    assertTrue(lines.getLast().startsWith("alice 2026-03-31 - "), lines.getLast());
    assertEquals(
        List.of("clients", "clients.lock"),
        new TreeSet<>(list(folder)).stream().toList(),
        "nothing else is left behind");
  }

  @Test
  void whatAUserWroteIntoTheFileStays() throws Exception {
    write("# mine\n\n  x 2026-01-01 - " + KEY + " " + PSK + "\r\n# the end");
    invite("alice", keys(1));
    ClientsFile.change(file, now -> now.revoke("x", LATER));
    List<String> lines = Files.readAllLines(file);
    assertEquals(
        List.of("# mine", "", "x 2026-01-01 2026-04-02 " + KEY + " " + PSK, "# the end"),
        lines.subList(0, 4));
    assertEquals(5, lines.size());
  }

  @Test
  void aChangeIsNoticedByItsStamp() throws Exception {
    invite("alice", keys(1));
    ClientsFile.Stamp before = ClientsFile.stamp(file);
    assertEquals(before, ClientsFile.stamp(file));
    Files.setLastModifiedTime(file, before.modified());
    ClientsFile.change(file, now -> now);
    Files.setLastModifiedTime(file, before.modified());
    assertNotEquals(before, ClientsFile.stamp(file), "the same time and size, another file");
  }

  @Test
  void aFileThatOthersMayReadIsRefused() throws Exception {
    invite("alice", keys(1));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    String message = file + ": others can read this file; chmod 600 " + file;
    assertEquals(message, assertThrows(IOException.class, () -> read()).getMessage());
    assertEquals(
        message, assertThrows(IOException.class, () -> invite("bob", keys(2))).getMessage());
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw--w----"));
    assertEquals(
        file + ": others can change this file; chmod 600 " + file,
        assertThrows(IOException.class, () -> read()).getMessage());
  }

  @Test
  void whenRootInvitesTheFileStaysItsOwners() throws Exception {
    invite("alice", keys(1));
    Assumptions.assumeTrue(
        Files.getOwner(file).getName().equals("root"), "only root can give away");
    UserPrincipal owner =
        file.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
    Files.setOwner(file, owner);
    invite("bob", keys(2));
    assertEquals(owner, Files.getOwner(file));
    assertEquals(owner, Files.getOwner(folder.resolve("clients.lock")));
  }

  @Test
  void whatRootMakesIsTheFoldersOwners() throws Exception {
    Assumptions.assumeTrue(
        Files.getOwner(folder).getName().equals("root"), "only root can give away");
    UserPrincipal owner =
        folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
    Path theirs = Files.createDirectory(folder.resolve("theirs"));
    Files.setOwner(theirs, owner);
    Path clients = theirs.resolve("clients");
    ClientsFile.change(clients, now -> now);
    Path secret = theirs.resolve("secret");
    SecretFile.create(secret, SharedSeed.random(new Random(1)));
    for (Path made : List.of(clients, theirs.resolve("clients.lock"), secret)) {
      assertEquals(owner, Files.getOwner(made), made.toString());
    }
  }

  @Test
  void ofALinkThatStandsInForItNothingIsGivenAway() throws Exception {
    Assumptions.assumeTrue(
        Files.getOwner(folder).getName().equals("root"), "only root can give away");
    UserPrincipal owner =
        folder.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
    Path theirs = Files.createDirectory(folder.resolve("theirs"));
    Files.setOwner(theirs, owner);
    Path roots = Files.createFile(folder.resolve("roots"));
    UserFile.giveToOwnerOf(theirs, Files.createSymbolicLink(theirs.resolve("link"), roots));
    assertEquals("root", Files.getOwner(roots).getName());
  }

  @Test
  void behindALinkTheFileItselfIsReplaced() throws Exception {
    Path real = Files.createDirectory(folder.resolve("real")).resolve("them");
    file = real;
    invite("alice", keys(1));
    file = Files.createSymbolicLink(folder.resolve("link"), real);
    invite("bob", keys(2));
    assertTrue(Files.isSymbolicLink(file));
    assertEquals(List.of("alice", "bob"), ClientsFile.read(real).names());
  }

  @Test
  void aChangeThatDidNotGetToItsEndIsForgotten() throws Exception {
    invite("alice", keys(1));
    Files.writeString(folder.resolve("clients.new"), "half a li");
    invite("bob", keys(2));
    assertEquals(List.of("alice", "bob"), read().names());
  }

  @Test
  void aFolderThatIsNotThereIsNamed() {
    file = folder.resolve("none").resolve("clients");
    assertEquals(
        file + ".lock: there is no such folder; expected one that is there",
        assertThrows(IOException.class, () -> invite("alice", keys(1))).getMessage());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          x 2026-01-01 - KEY                | there are 4 fields; expected name, since, revoked, key, psk, and targets or nothing, and allow=RULES, deny=RULES or nothing
          x 2026-01-01 - KEY PSK x allow=a/8  | a rule of allow= is refused: its address is refused; expected four decimal numbers, or IPv6 in brackets
          x 2026-01-01 - KEY PSK deny=        | a rule of deny= is refused: it is neither a host nor a network; expected HOST, *.DOMAIN, ADDRESS/BITS or *, and perhaps :PORT[-PORT], an address as four decimal numbers or as IPv6 in brackets
          x 2026-01-01 - KEY PSK x y        | there are 7 fields; expected name, since, revoked, key, psk, and targets or nothing, and allow=RULES, deny=RULES or nothing
          x 2026-01-01 - KEY PSK vpn,,wg    | the field targets is refused; expected names between commas, each 1 to 32 of a-z, 0-9, '-' and '_'
          x 2026-01-01 - KEY PSK KEY        | the field targets is refused; expected names between commas, each 1 to 32 of a-z, 0-9, '-' and '_'
          -x 2026-01-01 - KEY PSK           | the name is refused; expected 1 to 32 of A-Z, a-z, 0-9, '.', '_' and '-', beginning with a letter or digit
          KEY 2026-01-01 - KEY PSK          | the name is refused; expected 1 to 32 of A-Z, a-z, 0-9, '.', '_' and '-', beginning with a letter or digit
          x 2026-02-30 - KEY PSK            | the field since is no day; expected one such as 2026-03-31
          x - - KEY PSK                     | the field since is no day; expected one such as 2026-03-31
          x 2026-01-01 no KEY PSK           | the field revoked is no day; expected one such as 2026-03-31
          x 2026-01-01 - KEYa PSK           | the field key cannot be read; expected it as 'mpserver invite' wrote it
          x 2026-01-01 - 1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa PSK | the field key cannot be read; expected it as 'mpserver invite' wrote it
          x 2026-01-01 - KEY bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb | the field psk cannot be read; expected it as 'mpserver invite' wrote it
          x 2026-01-01 - PSK PSK            | this key stands in a line above; expected it once
          y 2026-01-01 - KEY PSK            | y stands in line 2, which is not revoked; expected the name once
          """)
  void aBadLineIsNamedAndNothingOfItsKeysShown(String line, String message) throws Exception {
    write(
        "# top\ny 2026-01-01 - "
            + PSK
            + " "
            + PSK
            + "\n"
            + line.replace("KEY", KEY).replace("PSK", PSK));
    assertEquals(
        file + ":3: " + message, assertThrows(IOException.class, () -> read()).getMessage());
  }

  @Test
  void everythingHasALimit() throws Exception {
    write("#".repeat(4_097) + "\n");
    assertEquals(
        file + ":1: the line is too long; expected at most 4096 characters",
        assertThrows(IOException.class, () -> read()).getMessage());
    write("#\n".repeat(2 << 20) + "\n");
    assertEquals(
        file + ": is too long; expected at most 4194304 bytes",
        assertThrows(IOException.class, () -> read()).getMessage());

    StringBuilder text = new StringBuilder();
    IntStream.range(0, 10_000)
        .mapToObj(
            i ->
                new ClientEntry(
                            "c" + i, DAY, null, number(i), number(i), List.of(), AccessRules.NONE)
                        .line()
                    + "\n")
        .forEach(text::append);
    write(text.toString());
    assertEquals(10_000, read().names().size());
    assertEquals(
        "one client too many; expected at most 10000",
        assertThrows(SecretException.class, () -> invite("alice", keys(1))).getMessage());
    write(
        text
            + new ClientEntry(
                    "more", DAY, LATER, number(-1), number(1), List.of(), AccessRules.NONE)
                .line());
    assertEquals(
        file + ":10001: one client too many; expected at most 10000",
        assertThrows(IOException.class, () -> read()).getMessage());
  }

  @Test
  void whatIsNotTextIsRefused() throws Exception {
    Files.write(file, new byte[] {'a', (byte) 0xE9});
    ownerOnly();
    assertEquals(
        file + ": is not UTF-8; expected a clients file",
        assertThrows(IOException.class, () -> read()).getMessage());
  }

  /**
   * Each of the processes invites clients of its own; whoever reads meanwhile sees no half file.
   */
  @Test
  @Timeout(120)
  void twoWhoInviteAtOnceLoseNothing() throws Exception {
    invite("first", keys(0));
    List<Process> processes = new ArrayList<>();
    for (String name : List.of("a", "b", "c")) {
      processes.add(
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Inviter.class.getName(),
                  file.toString(),
                  name)
              .inheritIO()
              .start());
    }
    int seen = 0;
    while (processes.stream().anyMatch(Process::isAlive)) {
      int now = read().names().size();
      assertTrue(now >= seen, now + " after " + seen);
      seen = now;
    }
    for (Process process : processes) {
      assertEquals(0, process.waitFor());
    }
    assertEquals(1 + 3 * Inviter.COUNT, read().names().size());
  }

  /** What {@code mpserver invite} does, again and again, by two threads. */
  static final class Inviter {

    static final int COUNT = 15;

    private Inviter() {}

    public static void main(String[] args) throws Exception {
      Random random = new Random(args[1].hashCode());
      List<ClientKeys> keys =
          IntStream.range(0, COUNT).mapToObj(_ -> keys(random.nextInt())).toList();
      IntStream.range(0, COUNT)
          .parallel()
          .forEach(
              i -> {
                try {
                  ClientsFile.change(
                      Path.of(args[0]),
                      now ->
                          now.invite(args[1] + i, keys.get(i), DAY, List.of(), AccessRules.NONE));
                } catch (IOException | SecretException e) {
                  throw new IllegalStateException(e);
                }
              });
    }
  }

  @Test
  void garbageIsReadOrRefusedInOneLine() throws Exception {
    long seed = System.nanoTime();
    Random garbage = new Random(seed);
    List<String> pieces =
        List.of(
            " ",
            "\n",
            "\r\n",
            "\t",
            "#",
            "-",
            "x",
            "y",
            "2026-01-01",
            KEY,
            PSK,
            "é",
            "\0",
            "\u2028");
    for (int round = 0; round < 4_000; round++) {
      StringBuilder text = new StringBuilder();
      for (int i = garbage.nextInt(30); i > 0; i--) {
        text.append(pieces.get(garbage.nextInt(pieces.size())));
        text.append(garbage.nextInt(3) == 0 ? "" : " ");
      }
      byte[] content = text.toString().getBytes(StandardCharsets.UTF_8);
      if (content.length > 0 && garbage.nextBoolean()) {
        content[garbage.nextInt(content.length)] = (byte) garbage.nextInt();
      }
      try {
        Clients clients = Clients.parse("f", content);
        assertEquals(
            clients.names(),
            Clients.parse("f", clients.text().getBytes(StandardCharsets.UTF_8)).names(),
            "seed " + seed);
      } catch (SecretException e) {
        assertTrue(e.getMessage().matches("f:(\\d+:)? \\p{Print}+"), "seed " + seed);
        assertFalse(e.getMessage().contains("aaaa"), "seed " + seed);
      }
    }
  }

  private Clients read() throws IOException {
    return ClientsFile.read(file);
  }

  private void invite(String name, ClientKeys keys) throws IOException, SecretException {
    ClientsFile.change(file, now -> now.invite(name, keys, DAY, List.of(), AccessRules.NONE));
  }

  private void write(String text) throws IOException {
    Files.writeString(file, text);
    ownerOnly();
  }

  private void ownerOnly() throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  private static ClientKeys keys(int seed) {
    Random random = new Random(seed);
    byte[] psk = new byte[32];
    random.nextBytes(psk);
    return new ClientKeys(StaticKeys.random(random), new byte[32], psk);
  }

  private static byte[] number(int i) {
    return ByteBuffer.allocate(32).putInt(i).array();
  }

  private static List<String> list(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.map(path -> path.getFileName().toString()).toList();
    }
  }
}

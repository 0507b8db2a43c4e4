package dev.mptunnel.harness.launcher;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.launcher.LauncherTree.Outcome;
import dev.mptunnel.harness.tunnel.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The archive, unpacked elsewhere and run as on a machine that has nothing. */
@ExtendWith(Dist.Resolver.class)
@EnabledOnOs(OS.LINUX)
class DistTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);

  @TempDir private static Path folder;
  private static Path home;
  private static Dist dist;

  private final List<Process> started = new ArrayList<>();

  @BeforeAll
  static void unpackElsewhere(Dist made) throws Exception {
    dist = made;
    assertEquals(0, made.made().exitCode(), made.made().err());
    home = dist.unpack(Files.createDirectory(folder.resolve("some where")));
  }

  @AfterEach
  void killAll() {
    started.forEach(process -> process.destroyForcibly().onExit().join());
  }

  @Test
  void threeProgramsCarryDatagramsWithoutEnvironmentOrJava() throws Exception {
    try (DatagramSocket target = loopbackSocket();
        DatagramSocket application = loopbackSocket()) {
      String serverPort = FreePorts.nextText();
      String bridgePort = FreePorts.nextText();
      int clientPort = FreePorts.next();
      String secret = folder.resolve("secret").toString();
      start("mpserver", "keygen", secret).onExit().join();
      String targetPort = Integer.toString(target.getLocalPort());
      start("mpserver", "--secret-file", secret, serverPort, "127.0.0.1", targetPort);
      start("mpbridge", bridgePort, "127.0.0.1:" + serverPort);
      String way = "127.0.0.1 " + bridgePort;
      String listen = Integer.toString(clientPort);
      start("mpclient", "--secret-file", secret, "--listen", listen, "--bridge", way);
      awaitOutput("mpclient", "is up");

      send(application, clientPort, "there");
      DatagramPacket there = receive(target);
      assertEquals("there", text(there));
      send(target, there.getPort(), "back");
      assertEquals("back", text(receive(application)));

      for (int i = 1; i < started.size(); i++) {
        started.get(i).destroy();
        assertEquals(0, started.get(i).waitFor(), "the exit code of a program that is told to end");
      }
    }
  }

  @Test
  void aLinkToALinkWorksFromAnyFolderAndWithoutPath() throws Exception {
    Path one = Files.createSymbolicLink(folder.resolve("one"), home.resolve("bin/mpserver"));
    Files.createSymbolicLink(folder.resolve("two"), one.getFileName());
    Process process =
        inEmptyEnvironment(folder, "../" + folder.getFileName() + "/two", "--version");
    assertTrue(output(process).startsWith("mpserver "), output(process));
    Process inPlace = inEmptyEnvironment(home.resolve("bin"), "/bin/sh", "mpclient", "--version");
    assertTrue(output(inPlace).startsWith("mpclient "), output(inPlace));
  }

  @Test
  void aCacheServesWhereItWasMadeAndIsMissedSilently() throws Exception {
    Process made = new ProcessBuilder(home.resolve("lib/make-cache").toString()).start();
    assertEquals("", output(made));
    assertEquals(0, made.waitFor());
    ProcessBuilder builder =
        new ProcessBuilder(home.resolve("bin/mpbridge").toString(), "--version")
            .redirectErrorStream(true);
    builder.environment().put("MPTUNNEL_JAVA_OPTS", "-XX:AOTMode=on");
    String served = output(builder.start());
    assertTrue(served.startsWith("mpbridge "), served);

    builder.environment().put("MPTUNNEL_JAVA_OPTS", "-Xmx40g");
    assertEquals(served, output(builder.start()), "a heap so large needs another cache");
  }

  @Test
  void whatAServiceStartsWithComesFromTheCache() throws Exception {
    ProcessBuilder make = new ProcessBuilder(home.resolve("lib/make-cache").toString());
    make.environment().put("MPTUNNEL_ENCRYPT", "0"); // somebody's own, for his programs
    Process made = make.start();
    assertEquals("", output(made));
    Path secret = folder.resolve("cached.secret");
    assertEquals(0, start("mpserver", "keygen", secret.toString()).waitFor());
    Path configuration = folder.resolve("cached.conf");
    Files.writeString(
        configuration,
        "listen = %s\n127.0.0.1 9\nsecret-file = %s\ncontrol = off\n"
            .formatted(FreePorts.nextText(), secret.getFileName()));
    Path loaded = folder.resolve("loaded.log");
    ProcessBuilder builder =
        new ProcessBuilder(home.resolve("bin/mpclient").toString(), configuration.toString())
            .redirectErrorStream(true)
            .redirectOutput(log("cached").toFile());
    builder.environment().put("MPTUNNEL_JAVA_OPTS", "-Xlog:class+load:file=" + loaded);
    started.add(builder.start());
    awaitOutput("cached", "listening on");
    List<String> fromJars =
        Files.readString(loaded).lines().filter(line -> line.contains(" source: file:")).toList();
    assertEquals(List.of(), fromJars);
  }

  @Test
  void noSumsOfClassesAreLeftOfASignature() throws IOException {
    List<Path> jars;
    try (Stream<Path> all = Files.list(home.resolve("lib"))) {
      jars = all.filter(jar -> jar.getFileName().toString().startsWith("bcprov-")).toList();
    }
    assertEquals(1, jars.size());
    try (JarFile jar = new JarFile(jars.getFirst().toFile())) {
      assertEquals(Set.of(), jar.getManifest().getEntries().keySet());
      assertTrue(jar.getManifest().getMainAttributes().size() > 1, "but for what is of all of it");
    }
  }

  @Test
  void onlyWhatThisMachineRunsIsInIt() throws IOException {
    String machine = System.getProperty("os.arch").equals("amd64") ? "x86_64" : "aarch_64";
    try (Stream<Path> jars = Files.list(home.resolve("lib"))) {
      List<String> foreign =
          jars.map(jar -> jar.getFileName().toString())
              .filter(name -> name.contains("-linux-"))
              .filter(name -> !name.contains(machine))
              .toList();
      assertEquals(List.of(), foreign);
    }
    for (String file :
        List.of("LICENSE", "NOTICE", "README.md", "README.zh-CN.md", "conf/mpclient.conf")) {
      assertTrue(Files.isRegularFile(home.resolve(file)), file);
    }
    for (String library : List.of("epoll", "io_uring42")) {
      Path file =
          home.resolve("lib/native/libnetty_transport_native_" + library + "_" + machine + ".so");
      assertTrue(Files.isRegularFile(file), file.toString());
    }
    assertFalse(Files.exists(home.resolve("runtime/bin/javac")));
    try (Stream<Path> left = Files.list(dist.archive().getParent())) {
      assertArrayEquals(new Path[] {dist.archive()}, left.toArray(), "nothing else is left");
    }
  }

  @Test
  void whatIsInItIsTheSameTwice() throws Exception {
    byte[] first = Files.readAllBytes(dist.archive());
    assertArrayEquals(first, Files.readAllBytes(dist.pack("dist")));
  }

  @Test
  void theJarsRunOnAJavaThatIsThere() throws Exception {
    Path jars = Dist.unpack(dist.pack("jars"), Files.createDirectory(folder.resolve("jars")));
    ProcessBuilder builder =
        new ProcessBuilder(jars.resolve("bin/mpserver").toString(), "--version")
            .redirectErrorStream(true);
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    String said = output(builder.start());
    assertTrue(said.startsWith("mpserver "), said);
    builder.environment().put("JAVA_HOME", "/nowhere");
    Process without = builder.start();
    said = output(without);
    assertTrue(said.startsWith("mpserver: needs Java 25 or newer; "), said);
    assertEquals(2, without.waitFor());
    Files.delete(dist.tree().root().resolve("target/dist").resolve(jars.getFileName() + ".tar.gz"));
  }

  @Test
  void anArgumentIsRefused() throws Exception {
    Outcome outcome = dist.tree().run("./mptunnel", "dist", "extra");
    assertEquals(2, outcome.exitCode());
    assertEquals("mptunnel: dist takes no arguments, and 'extra' is one\n", outcome.err());
  }

  @Test
  void aJdkWithoutJlinkIsNamed() throws Exception {
    Path jdk = folder.resolve("jdk");
    Files.createDirectories(jdk.resolve("bin"));
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
    for (String command : List.of("bin/java", "bin/javac")) {
      Files.createFile(
          jdk.resolve(command),
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
    }
    Outcome outcome =
        LauncherTree.finish(
            dist.tree().command(Map.of("JAVA_HOME", jdk.toString()), "./mptunnel", "dist").start());
    assertEquals(2, outcome.exitCode());
    assertEquals(1, outcome.err().lines().count(), outcome.err());
    String line = "needs a JDK with jlink, which " + jdk + " has not";
    assertTrue(outcome.err().contains(line), outcome.err());
  }

  /** Starts a program, and waits until it listens unless it is to end at once. */
  private Process start(String program, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(List.of(home.resolve("bin").resolve(program).toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log(program).toFile());
    builder.environment().clear();
    Process process = builder.start();
    started.add(process);
    if (!arguments[0].equals("keygen")) {
      awaitOutput(program, "listening on");
    }
    return process;
  }

  private static void awaitOutput(String program, String words) {
    Await.until(program + " to say: " + words, LIMIT, () -> printed(program).contains(words));
  }

  private static String printed(String program) {
    try {
      return Files.readString(log(program));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path log(String program) {
    return folder.resolve(program + ".log");
  }

  private static Process inEmptyEnvironment(Path directory, String... command) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
    builder.environment().clear();
    return builder.start();
  }

  private static String output(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static DatagramSocket loopbackSocket() throws IOException {
    DatagramSocket socket =
        new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
    socket.setSoTimeout((int) LIMIT.toMillis());
    return socket;
  }

  private static void send(DatagramSocket from, int port, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    InetAddress loopback = InetAddress.ofLiteral("127.0.0.1");
    from.send(new DatagramPacket(bytes, bytes.length, loopback, port));
  }

  private static DatagramPacket receive(DatagramSocket at) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[100], 100);
    at.receive(packet);
    return packet;
  }

  private static String text(DatagramPacket packet) {
    return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
  }
}

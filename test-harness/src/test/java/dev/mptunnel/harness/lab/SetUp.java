package dev.mptunnel.harness.lab;

import dev.mptunnel.harness.launcher.Dist;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The README's machines (a server, two VPSes, home) and the steps of its set-up, typed as written
 * from the archive of {@code ./mptunnel dist}.
 */
final class SetUp implements AutoCloseable {

  static final String SERVER_ADDRESS = "1.2.3.4";
  static final String VPS1 = "vps1.example.org";
  static final String VPS2 = "vps2.example.org";

  /** Room for a machine that runs other builds at the same time. */
  static final Duration LIMIT = Duration.ofSeconds(60);

  private final Path archive;
  private final SmallInternet internet;
  private final Machine server;
  private final List<Machine> bridges;

  SetUp(Path directory, Dist dist) throws IOException {
    archive = dist.archive();
    internet = new SmallInternet(directory);
    try {
      server = internet.host("server", SERVER_ADDRESS);
      bridges =
          List.of(internet.host("vps1", "198.51.100.7"), internet.host("vps2", "203.0.113.9"));
      internet.name(VPS1, "198.51.100.7");
      internet.name(VPS2, "203.0.113.9");
    } catch (IOException | RuntimeException e) {
      internet.close();
      throw e;
    }
  }

  /** What connects the machines; others may be added. */
  SmallInternet internet() {
    return internet;
  }

  /** The server, beside whose mpserver a VPN is to run. */
  Machine server() {
    return server;
  }

  /** The two VPSes. */
  List<Machine> bridges() {
    return bridges;
  }

  /** Types the installation and then the lines. */
  Daemon installAnd(Machine machine, String what, List<String> lines) throws IOException {
    Path copy = machine.file(archive.getFileName().toString());
    if (!Files.exists(copy)) {
      Files.copy(archive, copy);
    }
    List<String> script = new ArrayList<>(Readme.block("setup:install"));
    script.addAll(lines);
    return machine.type(what, script);
  }

  /** Starts mpserver as a block says, and waits until it listens. */
  Daemon startServer(String block) throws IOException {
    Daemon daemon = installAnd(server, "mpserver", Readme.block(block));
    daemon.awaitOutput("listening on", LIMIT);
    return daemon;
  }

  /** Starts our bridge on a VPS, and waits until it listens. */
  Daemon startBridge(Machine vps) throws IOException {
    Daemon daemon = installAnd(vps, "bridge", Readme.block("setup:bridge"));
    daemon.awaitOutput("listening on", LIMIT);
    return daemon;
  }

  /** Writes mpclient.conf: the server's secret, and the ways that a block names. */
  void configureClient(Machine home, String block) throws IOException {
    String secret =
        Files.readAllLines(server.file("mptunnel.secret")).stream()
            .filter(line -> line.startsWith("mps1-"))
            .findFirst()
            .orElseThrow();
    List<String> lines = new ArrayList<>();
    lines.add(Readme.block("setup:mpclient.conf").getFirst().replace("mps1-…", secret));
    Readme.block(block).stream().filter(line -> !line.startsWith("secret")).forEach(lines::add);
    home.write("mpclient.conf", lines);
  }

  /** Starts mpclient with the configuration that is there, and waits until it listens. */
  Daemon startClient(Machine home) throws IOException {
    Daemon daemon = installAnd(home, "mpclient", Readme.block("setup:home"));
    daemon.awaitOutput("listening on", LIMIT);
    return daemon;
  }

  /** Waits until mpclient says that a way, as it is written or by its name, is up. */
  static void awaitUp(Daemon client, String path) throws IOException {
    client.awaitOutput("INFO  path \\Q" + path + "\\E is up: \\S+, round trip \\d+", LIMIT);
  }

  @Override
  public void close() {
    internet.close();
  }
}

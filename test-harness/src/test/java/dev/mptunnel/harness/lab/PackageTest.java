package dev.mptunnel.harness.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.harness.launcher.Dist;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The Debian package, on machines that have nothing else, with a systemd of their own. */
@InLab
@Tag("full")
@ExtendWith(Dist.Resolver.class)
class PackageTest {

  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final Duration LONG = Duration.ofMinutes(10);

  /** What dpkg, apt and others write for themselves, whatever is installed and removed. */
  private static final Set<String> OTHERS =
      Set.of(
          "proc",
          "sys",
          "dev",
          "tmp",
          "run",
          "var/log",
          "var/cache",
          "var/lib/dpkg",
          "var/lib/apt");

  @TempDir private static Path folder;
  private static Path before;
  private static Path installed;
  private static Path newer;
  private static Path older;

  @BeforeAll
  static void install(Dist dist) throws Exception {
    Assumptions.assumeTrue(Requirements.isOnPath("mmdebstrap"), "apt-get install mmdebstrap");
    older = keep(dist.pack("deb"));
    newer = keep(dist.pack("deb", "999.1"));
    before = folder.resolve("before");
    run(
        "mmdebstrap",
        "--variant=minbase",
        "--include=systemd-sysv,dbus,procps",
        "bookworm",
        before);
    installed = copy(before, "installed");
    inRoot(installed, "apt-get install -y /var/cache/" + given(installed, older));
  }

  private static Path keep(Path deb) throws IOException {
    return Files.move(deb, folder.resolve(deb.getFileName()));
  }

  private static Path copy(Path root, String name) throws IOException {
    Path copy = folder.resolve(name);
    run("cp", "-a", root, copy);
    return copy;
  }

  private static String given(Path root, Path deb) throws IOException {
    Files.copy(deb, root.resolve("var/cache").resolve(deb.getFileName()));
    return deb.getFileName().toString();
  }

  private static String run(Object... words) throws IOException {
    List<String> command = Stream.of(words).map(Object::toString).toList();
    Path log = Files.createTempFile(folder, "run", ".log");
    try (Daemon daemon = Daemon.start(command.getFirst(), command, log)) {
      int exit = daemon.awaitExit(LONG);
      assertEquals(0, exit, String.join(" ", command) + daemon.tail());
      return daemon.output();
    }
  }

  /** Runs a line in a root in which nothing runs. */
  private static String inRoot(Path root, String line) throws IOException {
    String environment = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
    String mounts = "mount -t proc proc \"$0/proc\" && exec chroot \"$0\" sh -c \"$1\"";
    return run(
        "env",
        "-i",
        environment,
        "DEBIAN_FRONTEND=noninteractive",
        "unshare",
        "--mount",
        "--pid",
        "--fork",
        "sh",
        "-c",
        mounts,
        root,
        line);
  }

  /** All files of a root but those that others write. */
  private static Set<String> files(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.map(path -> root.relativize(path).toString())
          .filter(name -> OTHERS.stream().noneMatch(other -> (name + "/").startsWith(other + "/")))
          .filter(name -> !name.matches("etc/[a-z]+-"))
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }

  @Test
  void removedItLeavesConfigurationAndPurgedNothing() throws Exception {
    Path root = copy(installed, "removed");
    Set<String> had = files(before);
    Set<String> news = files(root);
    news.removeAll(had);
    assertTrue(news.contains("usr/lib/mptunnel/lib/mptunnel.aot"), "no cache was made");
    assertTrue(news.contains("usr/share/man/man8/mpbridge.8.gz"), "no manual");
    assertEquals("mptunnel", inRoot(root, "stat -c %U /etc/mptunnel").strip());
    inRoot(root, "mpserver keygen /etc/mptunnel/a.secret");
    assertEquals("mptunnel 600", inRoot(root, "stat -c '%U %a' /etc/mptunnel/a.secret").strip());
    inRoot(root, "systemctl enable mpserver@a");

    inRoot(root, "dpkg --remove mptunnel");
    news = files(root);
    news.removeAll(had);
    assertEquals(
        Set.of(
            "etc/mptunnel",
            "etc/mptunnel/a.secret",
            "etc/systemd/system/multi-user.target.wants/mpserver@a.service"),
        news);

    inRoot(root, "dpkg --purge mptunnel");
    assertEquals(had, files(root));
    for (String each : List.of("etc/passwd", "etc/group", "etc/shadow")) {
      assertEquals(
          Files.readString(before.resolve(each)), Files.readString(root.resolve(each)), each);
    }
    assertTrue(Files.notExists(root.resolve("run/mptunnel"), LinkOption.NOFOLLOW_LINKS));
  }

  @Test
  void installedAgainItHasItsFolderAgain() throws Exception {
    Path root = copy(installed, "again");
    inRoot(root, "dpkg --remove mptunnel");
    assertTrue(Files.notExists(root.resolve("etc/mptunnel")), "an empty folder is left");
    inRoot(root, "dpkg --install /var/cache/" + older.getFileName());
    String owner = "stat -c '%U %G %a' /etc/mptunnel";
    assertEquals("mptunnel mptunnel 750", inRoot(root, owner).strip());

    inRoot(root, "chmod 700 /etc/mptunnel; mpserver keygen /etc/mptunnel/a.secret");
    inRoot(root, "dpkg --remove mptunnel");
    inRoot(root, "dpkg --install /var/cache/" + older.getFileName());
    assertEquals("mptunnel mptunnel 700", inRoot(root, owner).strip(), "the admin's stays");
  }

  /** dpkg calls postinst so when prerm, or what else it was to remove for it, has failed. */
  private static void assertComesBackFromAbortedRemoval(BootedHost host, String unit)
      throws IOException {
    host.work("prerm", "/var/lib/dpkg/info/mptunnel.prerm remove");
    host.await(unit, "ActiveState", "inactive");
    assertEquals("", host.said("ls /usr/lib/mptunnel/lib | grep aot || true"));
    host.work("abort", "/var/lib/dpkg/info/mptunnel.postinst abort-remove");
    host.await(unit, "ActiveState", "active");
    host.said("test -s /usr/lib/mptunnel/lib/mptunnel.aot");
  }

  @Test
  void lintianFindsNoError() throws Exception {
    Assumptions.assumeTrue(Requirements.isOnPath("lintian"), "apt-get install lintian");
    String said = run("lintian", "--fail-on", "none", "--allow-root", newer);
    List<String> errors = said.lines().filter(line -> line.startsWith("E: ")).toList();
    assertEquals(List.of(), errors, said);
  }

  /** The hosts of the lab, each a Debian that boots. */
  private static final class Hosts implements AutoCloseable {

    private final Topology topology;
    private final List<BootedHost> all = new ArrayList<>();
    private final BootedHost server;
    private final List<BootedHost> bridges = new ArrayList<>();
    private final BootedHost client;

    Hosts(Path directory) throws IOException {
      topology = Topology.create(new Conditions(10, 50, 20, 50, "cubic"), directory);
      try {
        server = boot(topology.server());
        for (Namespace bridge : topology.bridges()) {
          bridges.add(boot(bridge));
        }
        client = boot(topology.client());
      } catch (IOException | RuntimeException e) {
        close();
        throw e;
      }
    }

    private BootedHost boot(Namespace namespace) throws IOException {
      BootedHost host = BootedHost.boot(namespace, installed, topology.directory());
      all.add(host);
      return host;
    }

    /** As the README has it. */
    void startServices() throws IOException {
      server.said("mpserver keygen /etc/mptunnel/t.secret");
      server.write(
          "/etc/mptunnel/mpserver-main.conf",
          "listen = 2000\ntarget = 127.0.0.1:1194\nsecret-file = t.secret\n");
      server.said("systemctl enable --now mpserver@main");
      StringBuilder ways = new StringBuilder();
      for (int line = 1; line <= bridges.size(); line++) {
        BootedHost bridge = bridges.get(line - 1);
        bridge.write(
            "/etc/mptunnel/mpbridge-one.conf",
            "listen = 443\nserver = " + topology.serverAddress(line) + ":2000\n");
        bridge.said("systemctl enable --now mpbridge@one");
        ways.append(topology.bridgeAddress(line)).append(" 443\n");
      }
      String secret = server.said("grep mps1- /etc/mptunnel/t.secret");
      client.write("/etc/mptunnel/mpclient-home.conf", "secret = " + secret + "\n" + ways);
      client.said("systemctl enable --now mpclient@home");
      awaitPaths();
    }

    void awaitPaths() throws IOException {
      Wait.until(
          LIMIT,
          "all paths to be up",
          () -> client.said("mpclient status --once").split(" up ", -1).length > bridges.size());
    }

    @Override
    public void close() {
      all.forEach(BootedHost::close);
      topology.close();
    }
  }

  private static void assertCarries(Hosts hosts, OpenVpn vpn) throws IOException {
    Namespace client = hosts.topology.client();
    client.run("ping", "-c", "20", "-i", "0.2", "-W", "5", OpenVpn.SERVER_ADDRESS);
    assertEquals(1, vpn.connections(), "the VPN has never broken");
  }

  @Test
  void openVpnRunsOverTheServicesWhateverIsDoneToThem(@TempDir Path directory) throws Exception {
    try (Hosts hosts = new Hosts(directory)) {
      hosts.startServices();
      try (OpenVpn vpn = OpenVpn.connect(hosts.topology, new Endpoint("127.0.0.1", 3000), LIMIT)) {
        assertCarries(hosts, vpn);
        assertConfined(hosts.client, "mpclient@home", "0000000000002400");
        assertConfined(hosts.server, "mpserver@main", "0000000000000400");
        assertConfined(hosts.bridges.getFirst(), "mpbridge@one", "0000000000000400");

        upgrade(hosts.server, "mpserver@main");
        upgrade(hosts.client, "mpclient@home");
        upgrade(hosts.bridges.getFirst(), "mpbridge@one");
        hosts.awaitPaths();
        assertCarries(hosts, vpn);

        assertRestartedWhenStopped(hosts.server, "mpserver@main");
        assertRestartedWhenStopped(hosts.client, "mpclient@home");
        hosts.awaitPaths();
        assertCarries(hosts, vpn);
      }
      assertComesBackFromAbortedRemoval(hosts.server, "mpserver@main");
      hosts.server.work("remove", "dpkg --remove mptunnel");
      assertEquals("", hosts.server.said("pgrep -u mptunnel || true"), "still runs");
    }
  }

  private static void assertConfined(BootedHost host, String unit, String capabilities)
      throws IOException {
    String pid = host.property(unit, "MainPID");
    assertEquals("mptunnel", host.said("ps -o user= -p " + pid));
    String status = host.said("cat /proc/" + pid + "/status");
    assertTrue(status.contains("NoNewPrivs:\t1\n"), status);
    assertTrue(status.contains("Seccomp:\t2\n"), status);
    for (String set : List.of("CapEff", "CapPrm", "CapBnd")) {
      assertTrue(status.contains(set + ":\t" + capabilities + "\n"), status);
    }
    assertTrue(host.property(unit, "StatusText").startsWith("listening on "), unit);
    host.said("test -S /run/mptunnel/" + unit.replace('@', '-') + ".sock");
  }

  private static void upgrade(BootedHost host, String unit) throws IOException {
    String before = host.property(unit, "MainPID");
    host.write("/var/cache/new/" + newer.getFileName(), Files.readAllBytes(newer));
    host.work("upgrade", "dpkg --install /var/cache/new/" + newer.getFileName());
    host.await(unit, "ActiveState", "active");
    assertNotEquals(before, host.property(unit, "MainPID"), "it was not restarted");
    assertEquals("0", host.property(unit, "NRestarts"));
    assertEquals(
        "ii 999.1", host.said("dpkg-query -W -f '${db:Status-Abbrev}${Version}' mptunnel"));
  }

  /** By the watchdog, whose time is made short. */
  private static void assertRestartedWhenStopped(BootedHost host, String unit) throws IOException {
    String template = unit.replaceFirst("@.*", "@.service");
    host.write(
        "/run/systemd/system/" + template + ".d/quick.conf",
        "[Service]\nWatchdogSec=2\nRestartSec=100ms\n");
    host.said("systemctl daemon-reload && systemctl restart " + unit);
    String pid = host.property(unit, "MainPID");
    host.said("kill -STOP " + pid);
    host.await(unit, "NRestarts", "1");
    host.await(unit, "ActiveState", "active");
    assertNotEquals(pid, host.property(unit, "MainPID"));
    assertTrue(host.log(unit).contains("Watchdog timeout"), host.log(unit));
  }
}

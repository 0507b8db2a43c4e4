package dev.mptunnel.harness.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What the lab needs of a machine: Linux, root, a TUN device and a few packages. */
public final class Requirements {

  /** Commands, and Debian's packages that bring them. */
  private static final Map<String, String> PACKAGES =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("ip", "iproute2"),
              Map.entry("ss", "iproute2"),
              Map.entry("nft", "nftables"),
              Map.entry("sysctl", "procps"),
              Map.entry("chrt", "util-linux"),
              Map.entry("openvpn", "openvpn"),
              Map.entry("openssl", "openssl"),
              Map.entry("iperf3", "iperf3"),
              Map.entry("ping", "iputils-ping"),
              Map.entry("wg", "wireguard-tools"),
              Map.entry("wireguard-go", "wireguard-go"),
              Map.entry("socat", "socat")));

  /** The same for what {@code lab applications} needs beside them. */
  private static final Map<String, String> OF_APPLICATIONS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("curl", "curl"),
              Map.entry("git", "git"),
              Map.entry("ssh", "openssh-client"),
              Map.entry("sshd", "openssh-server"),
              Map.entry("nginx", "nginx-light"),
              Map.entry("fcgiwrap", "fcgiwrap"),
              Map.entry("dnsmasq", "dnsmasq-base"),
              Map.entry("chromium", "chromium")));

  private Requirements() {}

  /** One line that says what is missing and what brings it; empty when all is there. */
  public static Optional<String> missing() {
    Optional<String> packages = missing("the lab", PACKAGES);
    if (packages.isPresent()) {
      return packages;
    }
    if (!System.getProperty("user.name").equals("root")) {
      return Optional.of("the lab makes network namespaces: run it as root (sudo)");
    }
    if (!Files.isWritable(Path.of("/dev/net/tun"))) {
      return Optional.of("the lab needs /dev/net/tun: modprobe tun");
    }
    return Optional.empty();
  }

  private static Optional<String> missing(String who, Map<String, String> commands) {
    List<String> packages =
        commands.entrySet().stream()
            .filter(entry -> !isOnPath(entry.getKey()))
            .map(Map.Entry::getValue)
            .distinct()
            .toList();
    return packages.isEmpty()
        ? Optional.empty()
        : Optional.of(who + " needs packages: apt-get install " + String.join(" ", packages));
  }

  /** What the lab of applications needs, that and more; empty when all is there. */
  static Optional<String> missingForApplications() {
    return missing().or(() -> missing("this lab", OF_APPLICATIONS));
  }

  /** What Multipath TCP needs beside it; empty when all is there. */
  static Optional<String> missingForMultipath() {
    if (!Files.exists(Path.of("/proc/sys/net/mptcp/enabled"))) {
      return Optional.of("this kernel has no Multipath TCP");
    }
    return isOnPath("mptcpize")
        ? Optional.empty()
        : Optional.of("Multipath TCP needs a package: apt-get install mptcpize");
  }

  /** Whether there is such a command. */
  public static boolean isOnPath(String command) {
    String path = System.getenv().getOrDefault("PATH", "");
    return Arrays.stream(path.split(":"))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, command)));
  }
}

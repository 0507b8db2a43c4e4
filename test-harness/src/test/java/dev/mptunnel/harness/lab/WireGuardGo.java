package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One end of a WireGuard VPN in user space, for kernels that have none. */
final class WireGuardGo implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(10);

  private final Namespace host;
  private final String device;
  private final Path key;
  private final Daemon daemon;

  private WireGuardGo(Namespace host, String device, Path key, Daemon daemon) {
    this.host = host;
    this.device = device;
    this.key = key;
    this.daemon = daemon;
  }

  /** Makes the device and a key for it. */
  static WireGuardGo start(Namespace host, String device, Path directory) throws IOException {
    Path key = Files.writeString(directory.resolve(device + ".key"), Shell.run("wg", "genkey"));
    Daemon daemon = host.start("wireguard-go", List.of("wireguard-go", "-f", device));
    WireGuardGo started = new WireGuardGo(host, device, key, daemon);
    try {
      Wait.until(LIMIT, "the control socket of " + daemon, started::isThere);
      started.set("private-key " + key);
      return started;
    } catch (IOException e) {
      daemon.close();
      throw e;
    }
  }

  private boolean isThere() {
    return Files.exists(Path.of("/var/run/wireguard", device + ".sock"));
  }

  String device() {
    return device;
  }

  String publicKey() throws IOException {
    return Shell.run("sh", "-c", "wg pubkey < " + key).strip();
  }

  /** Runs {@code wg set} with these words, which are split at blanks. */
  void set(String words) throws IOException {
    List<String> command = new ArrayList<>(List.of("wg", "set", device));
    command.addAll(List.of(words.split(" ")));
    host.run(command.toArray(String[]::new));
  }

  /** Gives the device an address, and an MTU that leaves room for the tunnel's own headers. */
  void up(String address) throws IOException {
    host.ip("addr add " + address + " dev " + device);
    host.ip("link set " + device + " mtu 1300 up");
  }

  @Override
  public void close() {
    daemon.close();
  }
}

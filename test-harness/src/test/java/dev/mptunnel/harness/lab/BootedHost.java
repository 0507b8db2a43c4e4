package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A Debian with its own systemd as process 1, in a network namespace of the lab, with a copy of a
 * root's files that is forgotten afterwards.
 */
final class BootedHost implements AutoCloseable {

  private static final Duration LIMIT = Duration.ofSeconds(60);

  /** What systemd wants of whoever starts it in a container: systemd.io/CONTAINER_INTERFACE. */
  private static final String BOOT =
      """
      set -e
      files=$1 place=$2
      mount --make-rprivate /
      mount -t tmpfs tmpfs "$place"
      mkdir "$place/upper" "$place/work" "$place/root"
      mount -t overlay -o "lowerdir=$files,upperdir=$place/upper,workdir=$place/work" overlay \\
        "$place/root"
      cd "$place/root"
      mount -t proc proc proc
      mount -t sysfs -o ro sysfs sys
      mount -t tmpfs -o mode=755 tmpfs run
      mount -t tmpfs -o mode=755 tmpfs dev
      for device in null zero full random urandom tty; do
        touch "dev/$device"
        mount --bind "/dev/$device" "dev/$device"
      done
      mkdir dev/pts dev/shm
      mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
      mount -t tmpfs tmpfs dev/shm
      ln -s pts/ptmx dev/ptmx
      ln -s /proc/self/fd dev/fd
      mkdir before
      pivot_root . before
      umount -l /before
      rmdir /before
      exec env -i container=lxc PATH=/usr/sbin:/usr/bin:/sbin:/bin \\
        /lib/systemd/systemd --unit=multi-user.target --log-target=journal --show-status=0
      """;

  private final Namespace namespace;
  private final Daemon daemon;
  private final long systemd;

  private BootedHost(Namespace namespace, Daemon daemon, long systemd) {
    this.namespace = namespace;
    this.daemon = daemon;
    this.systemd = systemd;
  }

  /**
   * Boots, and waits until systemd has started what it starts.
   *
   * @param files a root, which stays as it is
   */
  static BootedHost boot(Namespace namespace, Path files, Path directory) throws IOException {
    String name = namespace.name();
    Path place = Files.createDirectory(directory.resolve(name));
    Path script = directory.resolve(name + "-boot.sh");
    Files.writeString(script, BOOT);
    List<String> command = new ArrayList<>();
    command.addAll(List.of("unshare", "--mount", "--pid", "--uts", "--ipc", "--cgroup"));
    command.addAll(List.of("--fork", "--kill-child", "sh", script.toString()));
    command.addAll(List.of(files.toString(), place.toString()));
    Daemon daemon = namespace.start("boot", command);
    try {
      Wait.until(LIMIT, "the boot of " + name + daemon.tail(), () -> first(daemon) > 0);
      BootedHost host = new BootedHost(namespace, daemon, first(daemon));
      Wait.until(
          LIMIT,
          "systemd of " + name,
          () -> host.said("systemctl is-system-running || true").matches("running|degraded"));
      return host;
    } catch (IOException e) {
      daemon.close();
      throw new IOException(e.getMessage() + daemon.tail(), e);
    }
  }

  /** Its process 1, as this machine numbers it; 0 while there is none. */
  private static long first(Daemon daemon) {
    return ProcessHandle.of(daemon.pid()).stream()
        .flatMap(ProcessHandle::descendants)
        .filter(process -> process.info().command().orElse("").endsWith("/systemd"))
        .mapToLong(ProcessHandle::pid)
        .min()
        .orElse(0);
  }

  /** Runs a line of the shell here. @return what it said */
  String said(String line) throws IOException {
    return Shell.run(inside(line)).strip();
  }

  private List<String> inside(String line) {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("nsenter", "--target", Long.toString(systemd)));
    command.addAll(List.of("--mount", "--pid", "--uts", "--ipc", "--cgroup", "--net"));
    command.addAll(List.of("--root", "--wd", "env", "-i"));
    command.addAll(List.of("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"));
    command.addAll(List.of("LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive", "sh", "-c", line));
    return command;
  }

  /** Runs what may take longer than a moment. @return what it said */
  String work(String what, String line) throws IOException {
    Daemon working = namespace.start(what, inside(line));
    int exit = working.awaitExit(Duration.ofMinutes(5));
    if (exit != 0) {
      throw new IOException(what + " failed" + working.tail());
    }
    return working.output();
  }

  /** Writes a file that is its folder's owner's alone. */
  void write(String file, byte[] content) throws IOException {
    Path path = Path.of("/proc", Long.toString(systemd), "root").resolve(file.substring(1));
    Files.createDirectories(path.getParent());
    Files.write(path, content);
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    said("chown --reference=\"$(dirname " + file + ")\" " + file);
  }

  void write(String file, String text) throws IOException {
    write(file, text.getBytes(StandardCharsets.UTF_8));
  }

  /** A property of a unit. */
  String property(String unit, String name) throws IOException {
    return said("systemctl show --value -p " + name + " " + unit);
  }

  /** Waits until a unit has a property. */
  void await(String unit, String property, String value) throws IOException {
    Wait.until(
        LIMIT,
        property + " of " + unit + " to be " + value,
        () -> property(unit, property).equals(value));
  }

  /** The log of a unit, with what systemd says of it. */
  String log(String unit) throws IOException {
    return said("journalctl --no-pager -o cat -u " + unit);
  }

  @Override
  public void close() {
    daemon.kill();
  }
}

package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/**
 * A host with a home folder of its own, and somebody who types there. Each session has its own
 * empty {@code /opt}, {@code /usr/local/bin}, {@code /etc/wireguard} and {@code /run/wireguard}, so
 * that what is installed as the README says changes nothing on the machine that runs the lab.
 */
final class Machine {

  private static final String MOUNTS =
      """
      set -e
      for folder in /opt /usr/local/bin /etc/wireguard /run/wireguard; do
        mkdir -p "$folder"
        mount -t tmpfs tmpfs "$folder"
      done
      [ ! -e '%2$s' ] || mount --bind '%2$s' /etc/hosts
      cd '%1$s'
      PATH='%1$s/bin':/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
      export PATH HOME='%1$s'
      umask 022
      set -x
      """;

  private final Namespace namespace;
  private final Path home;
  private final Path hosts;
  private int sessions;

  /**
   * A machine.
   *
   * @param home its home folder, which is made
   * @param hosts what it has as /etc/hosts, if it exists
   */
  Machine(Namespace namespace, Path home, Path hosts) throws IOException {
    this.namespace = namespace;
    this.home = Files.createDirectory(home);
    this.hosts = hosts;
    // Whoever types here is root already, and sudo need not be installed.
    Path sudo = Files.createDirectory(home.resolve("bin")).resolve("sudo");
    Files.writeString(sudo, "#!/bin/sh\nexec \"$@\"\n");
    Files.setPosixFilePermissions(sudo, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  Namespace namespace() {
    return namespace;
  }

  /** A file in the home folder. */
  Path file(String name) {
    return home.resolve(name);
  }

  /** Writes a file into the home folder, as an editor does. */
  void write(String name, List<String> lines) throws IOException {
    Files.write(file(name), lines);
  }

  /**
   * Types lines, one after the other until one fails; the log has them and what they print.
   *
   * @param what the log's name
   */
  Daemon type(String what, List<String> lines) throws IOException {
    List<String> script = new ArrayList<>(MOUNTS.formatted(home, hosts).lines().toList());
    script.addAll(lines);
    String name = what + ++sessions + ".sh";
    write(name, script);
    List<String> command = List.of("env", "-i", "unshare", "--mount", "sh", file(name).toString());
    return namespace.start(what, command);
  }
}

package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Hosts with the addresses that the README's examples have, each behind a gateway of its own.
 * Nothing is delayed or lost here. A process has one at a time.
 *
 * <pre>
 *  host -- device ---- gateway: core ---- device -- host
 * </pre>
 */
final class SmallInternet implements AutoCloseable {

  private final Path directory;
  private final Deque<Namespace> namespaces = new ArrayDeque<>();
  private final List<String> names = new ArrayList<>(List.of("127.0.0.1 localhost"));
  private final Thread shutdownHook = new Thread(this::deleteAll, "lab-cleanup");
  private final Namespace core;
  private int uplinks;

  /**
   * An internet without hosts; what an earlier, killed run left is swept before.
   *
   * @param directory for what the hosts write; exists
   */
  SmallInternet(Path directory) throws IOException {
    this.directory = directory;
    Namespace.sweep();
    Runtime.getRuntime().addShutdownHook(shutdownHook);
    core = create("core");
    core.run("sysctl", "-qw", "net.ipv4.ip_forward=1");
  }

  private Namespace create(String name) throws IOException {
    Namespace namespace = Namespace.create(name, directory);
    namespaces.push(namespace);
    return namespace;
  }

  /** A host that is connected to nothing. */
  Machine host(String name) throws IOException {
    return new Machine(create(name), directory.resolve(name), directory.resolve("hosts"));
  }

  /** A host with one uplink, {@code eth0}, and a default route to its gateway. */
  Machine host(String name, String address) throws IOException {
    Machine machine = host(name);
    connect(machine, "eth0", address);
    machine.namespace().ip("route add default via " + gateway(address) + " dev eth0");
    return machine;
  }

  /**
   * Gives a host an uplink, without a route but to its gateway.
   *
   * @param address in a /24 of its own, whose first address is the gateway
   * @return the name of its far end, for {@link #cut}
   */
  String connect(Machine machine, String device, String address) throws IOException {
    String far = "up" + ++uplinks;
    Namespace host = machine.namespace();
    core.ip("link add " + far + " type veth peer name " + device + " netns " + host.name());
    core.ip("addr add " + gateway(address) + "/24 dev " + far);
    core.ip("link set " + far + " up");
    host.ip("addr add " + address + "/24 dev " + device);
    host.ip("link set " + device + " up");
    return far;
  }

  private static String gateway(String address) {
    return address.substring(0, address.lastIndexOf('.')) + ".1";
  }

  /** Makes a name known to all machines; call it before they type. */
  void name(String name, String address) throws IOException {
    names.add(address + " " + name);
    Files.write(directory.resolve("hosts"), names);
  }

  /** Drops everything on an uplink, both ways, and tells nobody. One at a time. */
  void cut(String farEnd) throws IOException {
    String rules =
        "table inet cut { chain arriving { type filter hook prerouting priority -400;"
            + " iifname \"%1$s\" drop; };"
            + " chain leaving { type filter hook postrouting priority 400;"
            + " oifname \"%1$s\" drop; }; }";
    core.run("nft", rules.formatted(farEnd));
  }

  /** Ends {@link #cut}. */
  void restore() throws IOException {
    core.run("nft", "delete", "table", "inet", "cut");
  }

  /** Ends every process of the hosts and deletes them. Idempotent. */
  @Override
  public void close() {
    deleteAll();
    try {
      Runtime.getRuntime().removeShutdownHook(shutdownHook);
    } catch (IllegalStateException e) {
      return; // the process is ending, and the hook does the same
    }
  }

  private synchronized void deleteAll() {
    while (!namespaces.isEmpty()) {
      Namespace namespace = namespaces.pop();
      try {
        namespace.close();
      } catch (IOException e) {
        System.err.println("lab: " + namespace.name() + " is left: " + e.getMessage());
      }
    }
  }
}

package dev.mptunnel.harness.lab;

import dev.mptunnel.harness.link.LinkProperties;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A way for the VPN's packets from the client's host to the server's. In the two commands {@code
 * {bridges}} stands for a file with one line {@code host port} for each bridge, {@code {port}} for
 * the port that the bridges forward to, {@code {listen}} for that of the client's loopback that the
 * VPN sends to, {@code {target}} for the VPN's port on the server's loopback, and {@code {secret}}
 * for a file with a secret that {@code mpserver keygen} made.
 *
 * @param name what the table calls it
 * @param server the command on the server's host; empty for none
 * @param serverPort the port on the server's host that the bridges forward to
 * @param client the command on the client's host; empty for none
 * @param clientPort the port of the client's loopback that the VPN sends to, or 0 to send to the
 *     first bridge
 * @param firstLine what the first line is made for as long as this one has its turn
 */
public record Tunnel(
    String name,
    List<String> server,
    int serverPort,
    List<String> client,
    int clientPort,
    Optional<LinkProperties> firstLine) {

  public Tunnel {
    server = List.copyOf(server);
    client = List.copyOf(client);
  }

  /** No tunnel: the VPN over the first line and its bridge only. */
  public static Tunnel direct() {
    return new Tunnel("direct", List.of(), OpenVpn.PORT, List.of(), 0, Optional.empty());
  }

  /** No tunnel, over the first line made into what {@link Conditions#product} says. */
  public static Tunnel product(Conditions conditions) {
    Optional<LinkProperties> line = Optional.of(conditions.product());
    return new Tunnel("product", List.of(), OpenVpn.PORT, List.of(), 0, line);
  }

  /** This project's mpclient and mpserver, sealed with a secret. */
  public static Tunnel ours() {
    return ours("mptunnel", "--secret-file", "{secret}");
  }

  /** The same in plain mode. */
  public static Tunnel plain() {
    return ours("plain", "--encrypt", "off");
  }

  private static Tunnel ours(String name, String option, String value) {
    return new Tunnel(
        name,
        JavaProgram.command(
            "dev.mptunnel.server.Main", option, value, "{port}", "127.0.0.1", "{target}"),
        2000,
        JavaProgram.command(
            "dev.mptunnel.client.Main", option, value, "--listen", "{listen}", "{bridges}"),
        3000,
        Optional.empty());
  }

  /** Any other tunnel that takes bridges; a shell runs its commands. */
  public static Tunnel other(
      String name, String server, int serverPort, String client, int clientPort) {
    return new Tunnel(
        name,
        List.of("sh", "-c", server),
        serverPort,
        List.of("sh", "-c", client),
        clientPort,
        Optional.empty());
  }

  /** Whether a command asks for {@code {secret}}. */
  boolean usesSecret() {
    return Stream.concat(server.stream(), client.stream())
        .anyMatch(word -> word.contains("{secret}"));
  }

  /** A command with its placeholders filled in. */
  static List<String> fill(List<String> command, Map<String, String> values) {
    return command.stream().map(word -> fill(word, values)).toList();
  }

  private static String fill(String word, Map<String, String> values) {
    String filled = word;
    for (Map.Entry<String, String> value : values.entrySet()) {
      filled = filled.replace("{" + value.getKey() + "}", value.getValue());
    }
    return filled;
  }
}

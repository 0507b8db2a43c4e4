package dev.mptunnel.harness.lab;

import dev.mptunnel.harness.link.LinkProperties;
import java.util.ArrayList;
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

  /** The name of the one that all others are held against. */
  static final String LOSSLESS = "lossless";

  /** The name of the one of ours that only sends everything on every path. */
  static final String DUPLICATE = "duplicate";

  private static final List<String> SEALED = List.of("--secret-file", "{secret}");

  public Tunnel {
    server = List.copyOf(server);
    client = List.copyOf(client);
  }

  /** No tunnel: the VPN over the first line and its bridge only. */
  public static Tunnel direct() {
    return withoutTunnel("direct", Optional.empty());
  }

  /** The same over the first line made into {@link OneLine#direct}. */
  static Tunnel direct(OneLine line) {
    return withoutTunnel("direct", line.direct());
  }

  /** No tunnel, over the first line made into {@link OneLine#product}. */
  static Tunnel product(OneLine line) {
    return withoutTunnel("product", Optional.of(line.product()));
  }

  /** No tunnel, over the first line made into {@link OneLine#lossless}. */
  static Tunnel lossless(OneLine line) {
    return withoutTunnel(LOSSLESS, Optional.of(line.lossless()));
  }

  private static Tunnel withoutTunnel(String name, Optional<LinkProperties> firstLine) {
    return new Tunnel(name, List.of(), OpenVpn.PORT, List.of(), 0, firstLine);
  }

  /** This project's mpclient and mpserver, sealed with a secret. */
  public static Tunnel ours() {
    return ours("mptunnel", SEALED, List.of());
  }

  /**
   * The same for one kind of traffic.
   *
   * @param traffic what mpclient's setting {@code for} takes
   */
  public static Tunnel oursFor(String traffic) {
    return ours("mptunnel", SEALED, List.of("--for", traffic));
  }

  /** The same in plain mode. */
  public static Tunnel plain() {
    return ours("plain", List.of("--encrypt", "off"), List.of());
  }

  /** The same, sealed, that only sends everything on every path: nothing is repaired, or waits. */
  public static Tunnel duplicate() {
    List<String> options = new ArrayList<>(SEALED);
    options.addAll(List.of("--repair", "off", "--hold", "off"));
    return ours(DUPLICATE, options, List.of());
  }

  private static Tunnel ours(String name, List<String> ofBoth, List<String> ofClient) {
    List<String> server = new ArrayList<>(ofBoth);
    server.addAll(List.of("{port}", "127.0.0.1", "{target}"));
    List<String> client = new ArrayList<>(ofBoth);
    client.addAll(ofClient);
    client.addAll(List.of("--listen", "{listen}", "{bridges}"));
    return new Tunnel(
        name,
        JavaProgram.command("dev.mptunnel.server.Main", server.toArray(String[]::new)),
        2000,
        JavaProgram.command("dev.mptunnel.client.Main", client.toArray(String[]::new)),
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

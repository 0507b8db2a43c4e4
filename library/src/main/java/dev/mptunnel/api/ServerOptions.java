package dev.mptunnel.api;

import dev.mptunnel.access.AccessException;
import dev.mptunnel.access.AccessRule;
import dev.mptunnel.access.AccessRules;
import dev.mptunnel.wire.TargetName;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * How a {@link StripeServer} is to be. Does not change: each {@code with} makes another.
 *
 * <p>May be used from any thread.
 */
public final class ServerOptions {

  private static final ServerOptions DEFAULTS =
      new ServerOptions(
          Secrets.NONE,
          null,
          Set.of(),
          AccessRules.NONE,
          1_024,
          Duration.ofSeconds(5),
          Memory.DEFAULT,
          null);

  private final Secrets secrets;
  private final Path clientsFile;
  private final Set<String> targets;
  private final AccessRules access;
  private final int backlog;
  private final Duration closeTimeout;
  private final long memoryBytes;
  private final String congestionControl;

  private ServerOptions(
      Secrets secrets,
      Path clientsFile,
      Set<String> targets,
      AccessRules access,
      int backlog,
      Duration closeTimeout,
      long memoryBytes,
      String congestionControl) {
    this.secrets = secrets;
    this.clientsFile = clientsFile;
    this.targets = targets;
    this.access = access;
    this.backlog = backlog;
    this.closeTimeout = closeTimeout;
    this.memoryBytes = memoryBytes;
    this.congestionControl = congestionControl;
  }

  /**
   * No secret, 1,024 connections that nobody has accepted yet, 5 seconds to close, and nothing that
   * clients may reach but the server itself.
   *
   * @return what all others are made from
   */
  public static ServerOptions defaults() {
    return DEFAULTS;
  }

  /**
   * The secret that clients have too. Without one the tunnel is sealed against who only listens,
   * and anybody may come.
   *
   * @param text as {@code mpserver keygen} printed it, or a password
   * @return with that, in the place of any secret, or none, before
   * @throws IllegalArgumentException if it is no secret; the message shows nothing of it
   */
  public ServerOptions withSecret(String text) {
    return with(Secrets.of(Objects.requireNonNull(text, "text")));
  }

  /**
   * The same from a file.
   *
   * @param file which holds it in a line of its own, and which only its owner may read; it is read
   *     by {@code bind}
   * @return with that, in the place of any secret, or none, before
   */
  public ServerOptions withSecretFile(Path file) {
    return with(Secrets.in(Objects.requireNonNull(file, "file")));
  }

  /**
   * Nothing is sealed, as {@code encrypt = off} has it: who listens can read, and who forges is
   * believed. Clients must have it so too.
   *
   * @return without any secret
   */
  public ServerOptions withoutEncryption() {
    return with(Secrets.PLAIN);
  }

  private ServerOptions with(Secrets its) {
    return new ServerOptions(
        its, clientsFile, targets, access, backlog, closeTimeout, memoryBytes, congestionControl);
  }

  /**
   * Who was invited, each with a name of his own, which {@link Peer#name} tells; besides them those
   * come who have the secret.
   *
   * @param file as {@code mpserver invite} writes it; it is read again whenever it changes. There
   *     must be a secret that {@code mpserver keygen} made
   * @return with that
   */
  public ServerOptions withClientsFile(Path file) {
    Objects.requireNonNull(file, "file");
    return new ServerOptions(
        secrets, file, targets, access, backlog, closeTimeout, memoryBytes, congestionControl);
  }

  /**
   * What clients may name, besides naming nothing: {@link Connection#target} tells which it was.
   *
   * @param names each 1 to 32 of a-z, 0-9, '-' and '_', and not {@code fixed}
   * @return with these, in the place of those before
   * @throws IllegalArgumentException if one is no name
   */
  public ServerOptions withTargets(Set<String> names) {
    for (String name : names) {
      if (!TargetName.isName(name) || name.equals(TargetName.FIXED)) {
        throw new IllegalArgumentException(
            "a target called '" + name + "'; expected " + TargetName.EXPECTED);
      }
    }
    return new ServerOptions(
        secrets,
        clientsFile,
        Set.copyOf(names),
        access,
        backlog,
        closeTimeout,
        memoryBytes,
        congestionControl);
  }

  /**
   * What clients may have the server connect to, by {@code openConnection("host:port")}; nothing at
   * first. Such connections are not accepted here: they lead there. Addresses of this host, and of
   * private, link-local and such networks, have to be meant alone.
   *
   * @param rules each {@code HOST}, {@code *.DOMAIN}, {@code ADDRESS/BITS} or {@code *}, and
   *     perhaps {@code :PORT} or {@code :PORT-PORT}, as {@code allow} of mpserver has it
   * @return with these, in the place of those before
   * @throws IllegalArgumentException if one is no rule
   */
  public ServerOptions withAllowed(String... rules) {
    return with(new AccessRules(parse(rules), access.deny()));
  }

  /**
   * What of that they may not.
   *
   * @param rules the same as {@code deny}
   * @return with these, in the place of those before
   * @throws IllegalArgumentException if one is no rule
   */
  public ServerOptions withDenied(String... rules) {
    return with(new AccessRules(access.allow(), parse(rules)));
  }

  private static List<AccessRule> parse(String... texts) {
    List<AccessRule> rules = new ArrayList<>();
    for (String text : texts) {
      try {
        rules.add(AccessRule.parse(text));
      } catch (AccessException e) {
        throw new IllegalArgumentException(text + ": " + e.getMessage(), e);
      }
    }
    return rules;
  }

  private ServerOptions with(AccessRules rules) {
    return new ServerOptions(
        secrets,
        clientsFile,
        targets,
        rules,
        backlog,
        closeTimeout,
        memoryBytes,
        congestionControl);
  }

  /**
   * How many connections, and sockets, may wait for {@link StripeServer#accept} and {@link
   * StripeServer#acceptSocket}. More connections are refused; what is sent to more sockets is lost.
   *
   * @param count of each, 1 or more
   * @return with that
   * @throws IllegalArgumentException if it is less
   */
  public ServerOptions withBacklog(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("a backlog of " + count);
    }
    return new ServerOptions(
        secrets, clientsFile, targets, access, count, closeTimeout, memoryBytes, congestionControl);
  }

  /**
   * How long {@link StripeServer#close} waits for connections that were closed before it, and whose
   * bytes are still under way.
   *
   * @param timeout zero for not at all
   * @return with that
   * @throws IllegalArgumentException if it is negative
   */
  public ServerOptions withCloseTimeout(Duration timeout) {
    Durations.nanos(timeout);
    return new ServerOptions(
        secrets, clientsFile, targets, access, backlog, timeout, memoryBytes, congestionControl);
  }

  /**
   * Memory for what connections keep, all together: 24 KiB are set aside for each, and half of it
   * is the most that is for those of one client. More connections are refused, and those that there
   * are get less each.
   *
   * @param bytes 1 MiB or more; at first 40 % of the heap, which is too much where there are
   *     several clients or servers in one process
   * @return with that
   * @throws IllegalArgumentException if it is less
   */
  public ServerOptions withMemory(long bytes) {
    return new ServerOptions(
        secrets,
        clientsFile,
        targets,
        access,
        backlog,
        closeTimeout,
        Memory.checked(bytes),
        congestionControl);
  }

  /**
   * What tunnels send by.
   *
   * @param name the kernel's, such as {@code bbr}; where it may not be used here, the log says so,
   *     and the system's own is used, as it is at first
   * @return with that
   */
  public ServerOptions withCongestionControl(String name) {
    return new ServerOptions(
        secrets,
        clientsFile,
        targets,
        access,
        backlog,
        closeTimeout,
        memoryBytes,
        Objects.requireNonNull(name, "name"));
  }

  Secrets secrets() {
    return secrets;
  }

  Path clientsFile() {
    return clientsFile;
  }

  Set<String> targets() {
    return targets;
  }

  AccessRules access() {
    return access;
  }

  int backlog() {
    return backlog;
  }

  long closeNanos() {
    return Durations.nanos(closeTimeout);
  }

  long memoryBytes() {
    return memoryBytes;
  }

  String congestionControl() {
    return congestionControl;
  }
}

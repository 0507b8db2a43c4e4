package dev.mptunnel.api;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/**
 * How a {@link StripeClient} is to be. Does not change: each {@code with} makes another.
 *
 * <p>May be used from any thread.
 */
public final class ClientOptions {

  private static final ClientOptions DEFAULTS =
      new ClientOptions(
          Secrets.NONE, Duration.ofSeconds(10), Duration.ofSeconds(5), Memory.DEFAULT, null);

  private final Secrets secrets;
  private final Duration connectTimeout;
  private final Duration closeTimeout;
  private final long memoryBytes;
  private final String congestionControl;

  private ClientOptions(
      Secrets secrets,
      Duration connectTimeout,
      Duration closeTimeout,
      long memoryBytes,
      String congestionControl) {
    this.secrets = secrets;
    this.connectTimeout = connectTimeout;
    this.closeTimeout = closeTimeout;
    this.memoryBytes = memoryBytes;
    this.congestionControl = congestionControl;
  }

  /**
   * No secret, 10 seconds to connect, 5 to close.
   *
   * @return what all others are made from
   */
  public static ClientOptions defaults() {
    return DEFAULTS;
  }

  /**
   * The secret that the server has too, or an invitation of it. Without one the tunnel is sealed
   * against who only listens, and anybody may pose as the server.
   *
   * @param text as {@code mpserver keygen} or {@code mpserver invite} printed it, or a password
   * @return with that, in the place of any secret, or none, before
   * @throws IllegalArgumentException if it is no secret; the message shows nothing of it
   */
  public ClientOptions withSecret(String text) {
    return with(Secrets.of(Objects.requireNonNull(text, "text")));
  }

  /**
   * The same from a file.
   *
   * @param file which holds it in a line of its own, and which only its owner may read; it is read
   *     by {@code connect}
   * @return with that, in the place of any secret, or none, before
   */
  public ClientOptions withSecretFile(Path file) {
    return with(Secrets.in(Objects.requireNonNull(file, "file")));
  }

  /**
   * Nothing is sealed, as {@code encrypt = off} has it: who listens can read, and who forges is
   * believed. The server must have it so too.
   *
   * @return without any secret
   */
  public ClientOptions withoutEncryption() {
    return with(Secrets.PLAIN);
  }

  private ClientOptions with(Secrets its) {
    return new ClientOptions(its, connectTimeout, closeTimeout, memoryBytes, congestionControl);
  }

  /**
   * How long {@code connect} and {@code openConnection} wait.
   *
   * @param timeout more than zero
   * @return with that
   * @throws IllegalArgumentException if it is zero or negative
   */
  public ClientOptions withConnectTimeout(Duration timeout) {
    if (Durations.nanos(timeout) == 0) {
      throw new IllegalArgumentException("a time-out of zero");
    }
    return new ClientOptions(secrets, timeout, closeTimeout, memoryBytes, congestionControl);
  }

  /**
   * How long {@link StripeClient#close} waits for connections that were closed before it, and whose
   * bytes are still under way.
   *
   * @param timeout zero for not at all
   * @return with that
   * @throws IllegalArgumentException if it is negative
   */
  public ClientOptions withCloseTimeout(Duration timeout) {
    Durations.nanos(timeout);
    return new ClientOptions(secrets, connectTimeout, timeout, memoryBytes, congestionControl);
  }

  /**
   * Memory for what connections keep, all together: 24 KiB are set aside for each, and half of it
   * is the most that is. More connections are refused, and those that there are get less each.
   *
   * @param bytes 1 MiB or more; at first 40 % of the heap, which is too much where there are
   *     several clients or servers in one process
   * @return with that
   * @throws IllegalArgumentException if it is less
   */
  public ClientOptions withMemory(long bytes) {
    return new ClientOptions(
        secrets, connectTimeout, closeTimeout, Memory.checked(bytes), congestionControl);
  }

  /**
   * What tunnels send by.
   *
   * @param name the kernel's, such as {@code bbr}; where it may not be used here, the log says so,
   *     and the system's own is used, as it is at first
   * @return with that
   */
  public ClientOptions withCongestionControl(String name) {
    Objects.requireNonNull(name, "name");
    return new ClientOptions(secrets, connectTimeout, closeTimeout, memoryBytes, name);
  }

  Secrets secrets() {
    return secrets;
  }

  long connectNanos() {
    return Durations.nanos(connectTimeout);
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

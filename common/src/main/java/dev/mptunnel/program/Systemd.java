package dev.mptunnel.program;

import dev.mptunnel.net.KernelClock;
import dev.mptunnel.net.NotifySocket;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the supervisor that started us how we are, by systemd's protocol, sd_notify(3), which
 * others speak too. Says nothing where none has asked. From any thread.
 */
final class Systemd {

  private static final Logger LOG = LoggerFactory.getLogger(Systemd.class);

  private static final String SOCKET = "NOTIFY_SOCKET";
  private static final String WATCHDOG_MICROS = "WATCHDOG_USEC";
  private static final String WATCHDOG_PROCESS = "WATCHDOG_PID";

  /** Null where nobody wants to know. */
  private final NotifySocket socket;

  private final long watchdogNanos;

  private Systemd(NotifySocket socket, long watchdogNanos) {
    this.socket = socket;
    this.watchdogNanos = watchdogNanos;
  }

  /**
   * Whoever the environment names.
   *
   * @param pid of this process: a watchdog that is meant for another one is none of ours
   */
  static Systemd of(Map<String, String> environment, long pid) {
    String name = environment.get(SOCKET);
    if (name == null) {
      return new Systemd(null, 0);
    }
    try {
      return new Systemd(NotifySocket.named(name), watchdogNanos(environment, pid));
    } catch (IOException e) {
      LOG.warn("{} is not used: {}", SOCKET, e.getMessage());
      return new Systemd(null, 0);
    }
  }

  private static long watchdogNanos(Map<String, String> environment, long pid) {
    String meant = environment.get(WATCHDOG_PROCESS);
    String micros = environment.getOrDefault(WATCHDOG_MICROS, "");
    if ((meant != null && !meant.equals(Long.toString(pid))) || !micros.matches("[0-9]{1,15}")) {
      return 0;
    }
    return TimeUnit.MICROSECONDS.toNanos(Long.parseLong(micros));
  }

  /** After how long without {@link #alive} it restarts us; 0 for never. */
  long watchdogNanos() {
    return watchdogNanos;
  }

  /**
   * We serve, or do so again after {@link #reloading}.
   *
   * @param status what {@code systemctl status} is to show, in one line
   */
  void ready(String status) {
    tell("READY=1\nSTATUS=" + status.replace('\n', ' '));
  }

  /** We read our configuration anew, and go on serving; {@link #ready} follows. */
  void reloading() {
    // By this time it knows that we have begun after it asked for it (Type=notify-reload).
    KernelClock clock = KernelClock.orNull(KernelClock.MONOTONIC);
    String began =
        clock == null ? "" : "\nMONOTONIC_USEC=" + TimeUnit.NANOSECONDS.toMicros(clock.getAsLong());
    tell("RELOADING=1" + began);
  }

  /** We end, in order. */
  void stopping() {
    tell("STOPPING=1");
  }

  /** All that moves something answers. */
  void alive() {
    tell("WATCHDOG=1");
  }

  private void tell(String words) {
    if (socket == null) {
      return;
    }
    try {
      socket.send(words);
    } catch (IOException e) {
      LOG.warn("systemd was not told {}: {}", words.lines().findFirst().orElse(""), e.getMessage());
    }
  }
}

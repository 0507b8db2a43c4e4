package dev.mptunnel.program;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What can be known of nftables' rules without understanding all of them. */
final class Firewall {

  private static final Duration PATIENCE = Duration.ofSeconds(3);

  /** The beginning of a chain that drops what no rule of it accepts. */
  private static final Pattern DROPPING_CHAIN = Pattern.compile("hook input [^{}]*?policy drop;");

  /** What is between quotes has no braces that count, and no ports. */
  private static final Pattern QUOTED = Pattern.compile("\"[^\"]*\"");

  private static final Pattern RANGE = Pattern.compile("\\b(\\d{1,5})-(\\d{1,5})\\b");

  private Firewall() {}

  /** All rules as nft lists them; null where it may not be asked, or is not there. */
  static String rules() {
    return listed(PATIENCE, "nft", "list", "ruleset");
  }

  /** What a command prints; null if it fails, or has not ended in time. */
  static String listed(Duration patience, String... command) {
    try {
      Process process =
          new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      process.getOutputStream().close();
      CompletableFuture.delayedExecutor(patience.toNanos(), TimeUnit.NANOSECONDS)
          .execute(process::destroyForcibly);
      byte[] listed = process.getInputStream().readAllBytes(); // they end with the process
      return process.waitFor() == 0 ? new String(listed, StandardCharsets.UTF_8) : null;
    } catch (IOException e) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  /**
   * Whether a chain drops what comes in and names this port nowhere, nor any of its protocol's.
   *
   * @param protocol udp or tcp
   */
  static boolean mayDrop(String rules, String protocol, int port) {
    String plain = QUOTED.matcher(rules).replaceAll("\"\"");
    Pattern named =
        Pattern.compile("\\b" + port + "\\b|\\b(" + protocol + "|th) dport @|\\b(jump|goto)\\b");
    Matcher chain = DROPPING_CHAIN.matcher(plain);
    while (chain.find()) {
      String rest = toItsEnd(plain.substring(chain.end()));
      boolean inRange =
          RANGE
              .matcher(rest)
              .results()
              .anyMatch(
                  range ->
                      Integer.parseInt(range.group(1)) <= port
                          && port <= Integer.parseInt(range.group(2)));
      if (!inRange && !named.matcher(rest).find()) {
        return true;
      }
    }
    return false;
  }

  /** What is before the brace that closes none which is opened here; sets have braces too. */
  private static String toItsEnd(String text) {
    int open = 0;
    for (int i = 0; i < text.length(); i++) {
      char each = text.charAt(i);
      if (each == '{') {
        open++;
      } else if (each == '}' && open-- == 0) {
        return text.substring(0, i);
      }
    }
    return text;
  }
}

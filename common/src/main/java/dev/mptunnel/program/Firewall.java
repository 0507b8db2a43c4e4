package dev.mptunnel.program;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What can be known of nftables' rules without understanding all of them. */
final class Firewall {

  private static final long PATIENCE_SECONDS = 3;

  /** The rest of a chain that drops what no rule of it accepts. */
  private static final Pattern DROPPING_CHAIN =
      Pattern.compile("hook input [^}]*?policy drop;([^}]*)");

  private Firewall() {}

  /** All rules as nft lists them; null where it may not be asked, or is not there. */
  static String rules() {
    try {
      Process nft =
          new ProcessBuilder("nft", "list", "ruleset")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      nft.getOutputStream().close();
      byte[] listed = nft.getInputStream().readAllBytes();
      boolean ended = nft.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      return ended && nft.exitValue() == 0 ? new String(listed, StandardCharsets.UTF_8) : null;
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
    Matcher chain = DROPPING_CHAIN.matcher(rules);
    Pattern named = Pattern.compile("\\b" + port + "\\b|\\b" + protocol + " dport @|jump|goto");
    while (chain.find()) {
      if (!named.matcher(chain.group(1)).find()) {
        return true;
      }
    }
    return false;
  }
}

package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;

/** A NAT in front of one device of a host, by the host's own kernel. */
public final class ForgetfulNat {

  private final Namespace host;
  private final String device;
  private boolean translates;

  /** One that does nothing yet. */
  public ForgetfulNat(Namespace host, String device) {
    this.host = host;
    this.device = device;
  }

  /**
   * Gives what leaves by the device another source port, in mid-stream, as a NAT does that forgets:
   * the NAT begins or, the next time, ends. What is under way meanwhile, for a fifth of a second,
   * is lost.
   */
  public void forget() throws IOException {
    // The first packet that the NAT sees must be one that leaves, and not before it is there.
    host.run("nft", drop("deaf", "prerouting", "iifname"));
    host.run("nft", drop("dumb", "output", "oifname"));
    String table = "rebind_" + device;
    if (translates) {
      host.run("nft", "delete table ip " + table);
    } else {
      String rules =
          "table ip %s { chain leaving { type nat hook postrouting priority srcnat;"
              + " oifname \"%s\" masquerade fully-random; }; }";
      host.run("nft", String.format(Locale.ROOT, rules, table, device));
    }
    translates = !translates;
    host.run("nft", "delete table ip dumb_" + device);
    Wait.pass(Duration.ofMillis(200));
    host.run("nft", "delete table ip deaf_" + device);
  }

  private String drop(String what, String hook, String side) {
    String rules =
        "table ip %s_%s { chain dropped { type filter hook %s priority -400;"
            + " %s \"%s\" drop; }; }";
    return String.format(Locale.ROOT, rules, what, device, hook, side, device);
  }
}

package dev.mptunnel.harness.fuzz;

import dev.mptunnel.harness.link.LinkProperties;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The line of words that says how bad a link is: what is printed of it is read alike. */
final class LinkWordsTarget implements FuzzTarget {

  @Override
  public void accept(byte[] input) {
    LinkProperties link;
    try {
      link = LinkProperties.parse(new String(input, StandardCharsets.UTF_8));
    } catch (IllegalArgumentException refused) {
      Must.equal(IllegalArgumentException.class, refused.getClass(), "not worded for a person");
      return;
    }
    Must.equal(link, LinkProperties.parse(link.toString()), "what " + link + " is read as");
  }

  @Override
  public List<byte[]> seeds() {
    String all =
        "loss=20% burst=8 delay=30ms jitter=500us unordered reorder=1% reorder-by=1s dup=0.5%"
            + " corrupt=0.001 rate=50mbit queue=64kB mtu=1400 icmp down=10s+2s";
    return List.of(all.getBytes(StandardCharsets.UTF_8));
  }
}

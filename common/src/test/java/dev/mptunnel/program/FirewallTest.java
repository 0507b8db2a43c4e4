package dev.mptunnel.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class FirewallTest {

  private static String input(String policy, String rules) {
    return """
    table inet filter {
    \tchain input {
    \t\ttype filter hook input priority filter; policy %s;
    \t\tct state established,related accept
    \t\t%s
    \t}

    \tchain forward {
    \t\ttype filter hook forward priority filter; policy drop;
    \t}
    }
    """
        .formatted(policy, rules);
  }

  @Test
  void whatDropsAndDoesNotNameThePortMayDropIt() {
    assertTrue(Firewall.mayDrop(input("drop", "tcp dport 22 accept"), "udp", 2000));
    assertTrue(Firewall.mayDrop(input("drop", "udp dport 12000 accept"), "udp", 2000));
  }

  @Test
  void setsBeforeTheRuleDoNotHideIt() {
    for (String before :
        List.of(
            "tcp dport { 22, 443 } accept",
            "ct state vmap { established : accept, related : accept, invalid : drop }",
            "ip saddr { 192.0.2.1 } comment \"a } brace\" accept")) {
      String healthy = before + "\n\t\tudp dport 2000 accept";
      assertFalse(Firewall.mayDrop(input("drop", healthy), "udp", 2000), before);
      assertTrue(Firewall.mayDrop(input("drop", before), "udp", 2000), before);
    }
    String later = input("drop", "tcp dport { 22, 443 } accept") + "# udp dport 2000 accept";
    assertTrue(Firewall.mayDrop(later, "udp", 2000), "it is in no chain");
  }

  @Test
  void aRangeNamesAllPortsInIt() {
    assertFalse(Firewall.mayDrop(input("drop", "udp dport 1000-3000 accept"), "udp", 2000));
    assertFalse(Firewall.mayDrop(input("drop", "udp dport { 1000-2000 } accept"), "udp", 2000));
    assertTrue(Firewall.mayDrop(input("drop", "udp dport 2001-3000 accept"), "udp", 2000));
  }

  @Test
  void whoHangsIsNotWaitedFor() {
    long begin = System.nanoTime();
    assertNull(Firewall.listed(Duration.ofMillis(200), "sleep", "60"));
    assertTrue(System.nanoTime() - begin < Duration.ofSeconds(30).toNanos());
    assertNull(Firewall.listed(Duration.ofSeconds(30), "false"));
    assertNull(Firewall.listed(Duration.ofSeconds(30), "/no/such/command"));
    assertEquals("rules\n", Firewall.listed(Duration.ofSeconds(30), "echo", "rules"));
  }

  @Test
  void whatNamesItOrCannotBeUnderstoodMayNot() {
    assertFalse(Firewall.mayDrop(input("drop", "udp dport 2000 accept"), "udp", 2000));
    assertFalse(Firewall.mayDrop(input("drop", "udp dport { 53, 2000 } accept"), "udp", 2000));
    assertFalse(Firewall.mayDrop(input("drop", "udp dport @open accept"), "udp", 2000));
    assertFalse(Firewall.mayDrop(input("drop", "jump ours"), "udp", 2000));
    assertFalse(Firewall.mayDrop(input("accept", "tcp dport 22 accept"), "udp", 2000));
    assertFalse(Firewall.mayDrop("", "udp", 2000));
  }
}

package dev.mptunnel.program;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
  void whatNamesItOrCannotBeUnderstoodMayNot() {
    assertFalse(Firewall.mayDrop(input("drop", "udp dport 2000 accept"), "udp", 2000));
    assertFalse(Firewall.mayDrop(input("drop", "udp dport { 53, 2000 } accept"), "udp", 2000));
    assertFalse(Firewall.mayDrop(input("drop", "udp dport @open accept"), "udp", 2000));
    assertFalse(Firewall.mayDrop(input("drop", "jump ours"), "udp", 2000));
    assertFalse(Firewall.mayDrop(input("accept", "tcp dport 22 accept"), "udp", 2000));
    assertFalse(Firewall.mayDrop("", "udp", 2000));
  }
}

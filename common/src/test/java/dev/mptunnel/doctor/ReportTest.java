package dev.mptunnel.doctor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReportTest {

  private static final Finding FINE = Finding.ok("path", "one", "answers");
  private static final Finding SHORT = Finding.warn("mtu", "one", "is short", "set 'mssfix 1230'");
  private static final Finding BROKEN = Finding.fail("name", "a \"b\\\n", "is none", "");

  @Test
  void aFindingIsALine() {
    assertEquals(
        """
        ok    one: answers
        warn  one: is short; set 'mssfix 1230'
        """,
        new Report(true, List.of(FINE, SHORT)).text());
  }

  @Test
  void orAnObjectOfJson() {
    assertEquals(
        """
        {"works": false, "findings": [
          {"severity": "warn", "check": "mtu", "subject": "one", "text": "is short", \
        "remedy": "set 'mssfix 1230'"},
          {"severity": "fail", "check": "name", "subject": "a \\"b\\\\\\u000a", "text": "is none", \
        "remedy": ""}
        ]}
        """,
        new Report(false, List.of(SHORT, BROKEN)).json());
  }

  @Test
  void whatFailsKeepsItFromWorking() {
    assertTrue(Report.of(List.of(FINE, SHORT)).works());
    assertFalse(Report.of(List.of(FINE, BROKEN)).works());
  }
}

package dev.mptunnel.doctor;

import java.util.List;
import java.util.stream.Collectors;

/**
 * All that was found out.
 *
 * @param works whether what was looked at would work, well or badly
 */
public record Report(boolean works, List<Finding> findings) {

  public Report {
    findings = List.copyOf(findings);
  }

  /** A report of something that works unless a finding says that this or that does not. */
  public static Report of(List<Finding> findings) {
    boolean works =
        findings.stream().noneMatch(finding -> finding.severity() == Finding.Severity.FAIL);
    return new Report(works, findings);
  }

  /** A line for each finding. */
  public String text() {
    return findings.stream().map(each -> each.line() + "\n").collect(Collectors.joining());
  }

  /** One object of JSON, a line for each finding. */
  public String json() {
    return findings.stream()
        .map(Finding::json)
        .collect(
            Collectors.joining(
                ",\n  ", "{\"works\": " + works + ", \"findings\": [\n  ", "\n]}\n"));
  }
}

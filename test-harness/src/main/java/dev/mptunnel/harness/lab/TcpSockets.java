package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The established TCP connections of a host, as {@code ss} tells of them. */
final class TcpSockets {

  private static final Pattern SENT = Pattern.compile(" bytes_sent:(\\d+)");

  /** More than what iperf3 says to its peer beside the data. */
  private static final long BULK_BYTES = 20_000;

  private final List<String> lines;

  private TcpSockets(List<String> lines) {
    this.lines = lines;
  }

  /**
   * Those of a host.
   *
   * @param filter in ss's words, such as {@code dport = :4000}
   */
  static TcpSockets of(Namespace host, String filter) throws IOException {
    return parse(host.run("ss", "-HtinO", filter));
  }

  /** Those in the output of {@code ss -HtinO}, one a line. */
  static TcpSockets parse(String printed) {
    return new TcpSockets(printed.lines().filter(line -> line.startsWith("ESTAB ")).toList());
  }

  int count() {
    return lines.size();
  }

  /** Those that send by this congestion control. */
  TcpSockets by(String congestionControl) {
    return new TcpSockets(
        lines.stream()
            .filter(line -> Arrays.asList(line.split(" +")).contains(congestionControl))
            .toList());
  }

  /** Those that have sent much. */
  TcpSockets bulk() {
    return new TcpSockets(lines.stream().filter(line -> sentBytes(line) > BULK_BYTES).toList());
  }

  /** Those that have this address on either end. */
  TcpSockets at(String address) {
    // Of both families it is [::ffff:192.0.2.1]:80, bound to a device 192.0.2.1%eth0:80.
    Pattern end = Pattern.compile("[ :]" + Pattern.quote(address) + "(%\\w+)?\\]?:");
    return new TcpSockets(lines.stream().filter(line -> end.matcher(line).find()).toList());
  }

  /** Those that are subflows of Multipath TCP. */
  TcpSockets ofMultipath() {
    return new TcpSockets(lines.stream().filter(line -> line.contains(" tcp-ulp-mptcp ")).toList());
  }

  private static long sentBytes(String line) {
    Matcher matcher = SENT.matcher(line);
    return matcher.find() ? Long.parseLong(matcher.group(1)) : 0;
  }

  @Override
  public String toString() {
    return lines.isEmpty() ? "no connections" : String.join("\n", lines);
  }
}

package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code lab openvpn}: TCP through OpenVPN, over one line directly and over tunnels beside it. */
@Command(
    name = "openvpn",
    description = "Compares TCP through OpenVPN over tunnels, in network namespaces; as root.",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class OpenVpnCommand implements Callable<Integer> {

  /** So many lines, where it is not said what each is like. */
  private static final int LINES = 3;

  /** Take part only where they are named. */
  private static final Set<String> ON_REQUEST = Set.of(Tunnel.LOSSLESS, Tunnel.DUPLICATE);

  @Mixin private LabOptions options = new LabOptions();

  @Option(
      names = "--line",
      paramLabel = "WORDS",
      description = {
        "A line, both ways alike, such as 'loss=10%% delay=30ms rate=50mbit'; once for each,",
        "instead of --loss, --rate, --delay and --queue of three."
      })
  private List<String> lines = List.of();

  @Option(names = "--loss", description = "Loss of each line each way, percent.")
  private double lossPercent = 5;

  @Option(
      names = "--tun-mtu",
      paramLabel = "BYTES",
      description = "Of OpenVPN's device; OpenVPN's default if not given.")
  private int tunMtuBytes;

  @Option(
      names = "--mssfix",
      paramLabel = "BYTES",
      description = "OpenVPN's mssfix; OpenVPN's default if not given.")
  private int mssfixBytes;

  @Option(names = "--warm-up", description = "Seconds of transfer before each measured one.")
  private int warmUpSeconds = 10;

  @Option(names = "--seconds", description = "Length of a transfer.")
  private int seconds = 15;

  @Option(names = "--direction", description = "Of the data: ${COMPLETION-CANDIDATES}.")
  private Direction direction = Direction.UP;

  @Option(names = "--bridges", description = "What forwards: ${COMPLETION-CANDIDATES}.")
  private BridgeKind bridges = BridgeKind.OURS;

  @Spec private CommandSpec spec;

  @Option(
      names = "--only",
      split = ",",
      description = {
        "Which of lossless, direct, product, duplicate, mptunnel, plain and the other tunnel take",
        "part; all but lossless and duplicate if not given. Direct is OpenVPN over line 1 alone;",
        "product over one line that loses what all lines lose together, lossless over one that",
        "loses nothing; duplicate is mptunnel with '--repair off --hold off' on both ends."
      })
  private List<String> only = List.of();

  @Option(
      names = "--one",
      paramLabel = "WORDS",
      description = {
        "How the one line of direct, product and lossless differs from line 1, such as",
        "'delay=30ms rate=20mbit queue=50ms'; after the word perfect, nothing of line 1 is left."
      })
  private String one;

  @ArgGroup(exclusive = false, heading = "Another tunnel beside ours, these four together:%n")
  private OtherTunnel other;

  private static final class OtherTunnel {

    @Option(
        names = "--other-server",
        required = true,
        description = {
          "Its server's command, for a shell. {port} is the port that bridges forward to,",
          "{target} the VPN's port on the loopback."
        })
    private String server;

    @Option(names = "--other-server-port", required = true, description = "Its server's port.")
    private int serverPort;

    @Option(
        names = "--other-client",
        required = true,
        description = {
          "Its client's command, for a shell. {bridges} is a file with a line 'host port' for each",
          "bridge."
        })
    private String client;

    @Option(names = "--other-port", required = true, description = "Its client's port.")
    private int clientPort;

    @Option(names = "--other-name", description = "What the table calls it.")
    private String name = "other";
  }

  @Override
  public Integer call() throws IOException {
    Optional<String> missing = Requirements.missing();
    if (missing.isPresent()) {
      throw new IOException(missing.get());
    }
    Conditions conditions = options.conditions(spec, lines, LINES, lossPercent);
    OpenVpn.Sizes sizes = new OpenVpn.Sizes(tunMtuBytes, mssfixBytes);
    List<Tunnel> tunnels = tunnels(conditions);
    Comparison comparison =
        new Comparison(tunnels, sizes, bridges, direction, warmUpSeconds, seconds, options.runs());
    Report report = new Report(System.out);
    try (LogDirectory directory = LogDirectory.open(options.logs());
        Topology topology = Topology.create(conditions, directory.path())) {
      report.conditions(conditions, comparison, topology.seed());
      report.table(comparison.measure(topology, options.congestionControl(), report::run));
    }
    return 0;
  }

  private OneLine oneLine(Conditions conditions) {
    try {
      return one == null ? OneLine.of(conditions) : OneLine.of(conditions, one);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--one: " + e.getMessage(), e);
    }
  }

  private List<Tunnel> tunnels(Conditions conditions) {
    OneLine line = oneLine(conditions);
    List<Tunnel> all =
        new ArrayList<>(
            List.of(
                Tunnel.lossless(line),
                Tunnel.direct(line),
                Tunnel.product(line),
                Tunnel.duplicate(),
                Tunnel.ours(),
                Tunnel.plain()));
    if (other != null) {
      all.add(
          Tunnel.other(other.name, other.server, other.serverPort, other.client, other.clientPort));
    }
    return Choice.of(
        spec, "--only", only, all, Tunnel::name, tunnel -> !ON_REQUEST.contains(tunnel.name()));
  }
}

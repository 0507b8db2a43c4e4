package dev.mptunnel.program;

import dev.mptunnel.config.HostPort;
import dev.mptunnel.config.Protocol;
import dev.mptunnel.config.SocketSettings;
import dev.mptunnel.config.TcpSettings;
import dev.mptunnel.doctor.Finding;
import dev.mptunnel.net.Addresses;
import dev.mptunnel.net.ClockState;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.Engines;
import dev.mptunnel.net.PortHolders;
import dev.mptunnel.net.SocketTrial;
import dev.mptunnel.net.StreamEngine;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What {@code mpserver check} and {@code mpbridge check} look at alike: this machine. */
public final class HostChecks {

  private static final Path PROC_SYS_NET = Path.of("/proc/sys/net");

  private final String program;
  private final String mainClass;
  private final List<Finding> findings = new ArrayList<>();

  /**
   * Nothing has been looked at.
   *
   * @param program whose machine this is to be
   * @param mainClass by which one that runs is known
   */
  public HostChecks(String program, String mainClass) {
    this.program = program;
    this.mainClass = mainClass;
  }

  /** All that was found. */
  public List<Finding> findings() {
    return List.copyOf(findings);
  }

  /** Adds what somebody else has found. */
  public void add(Finding finding) {
    findings.add(finding);
  }

  /** Whether it can listen, or runs already. */
  public void listen(List<HostPort> listen, Protocol protocol) {
    for (HostPort each : listen) {
      if (protocol.hasUdp()) {
        listen(each, false);
      }
      if (protocol.hasTcp()) {
        listen(each, true);
      }
    }
  }

  private void listen(HostPort listen, boolean tcp) {
    String subject = (tcp ? "TCP " : "UDP ") + listen;
    InetSocketAddress at;
    try {
      at = Addresses.local(listen);
    } catch (IOException e) {
      findings.add(Finding.fail("listen", subject, e.getMessage(), ""));
      return;
    }
    String trouble = SocketTrial.listen(tcp, at);
    if (trouble == null) {
      findings.add(Finding.ok("listen", subject, "is free"));
      return;
    }
    PortHolders.Holder holder =
        trouble.contains("in use") ? PortHolders.of(tcp, listen.port()) : null;
    if (holder == null) {
      findings.add(Finding.fail("listen", subject, trouble, remedy(trouble)));
    } else if (holder.command().contains(mainClass)) {
      findings.add(Finding.ok("listen", subject, program + " has it, pid " + holder.pid()));
    } else {
      findings.add(
          Finding.fail(
              "listen",
              subject,
              "is in use by " + holder.name() + ", pid " + holder.pid(),
              "end that, or choose another port"));
    }
  }

  private static String remedy(String trouble) {
    return trouble.contains("in use")
        ? "end what listens there, or choose another port; as root this names it"
        : trouble.contains("denied")
            ? "ports below 1024 need root or CAP_NET_BIND_SERVICE"
            : "give an address of this machine";
  }

  /**
   * Whether somebody is where it leads to.
   *
   * @param check what that is
   */
  public void leadsTo(String check, HostPort to, boolean udp, boolean tcp) {
    InetSocketAddress address;
    try {
      address = new InetSocketAddress(InetAddress.getByName(to.host()), to.port());
    } catch (UnknownHostException e) {
      findings.add(
          Finding.fail(
              check, to.toString(), "does not resolve", "is the name right, and DNS reachable?"));
      return;
    }
    if (udp) {
      findings.add(byUdp(check, to, address));
    }
    if (tcp) {
      String trouble = SocketTrial.connect(address);
      findings.add(
          trouble == null
              ? Finding.ok(check, to.toString(), "takes TCP connections")
              : Finding.warn(
                  check,
                  to.toString(),
                  "takes no TCP connection: " + trouble,
                  "where TCP is not needed, this does no harm"));
    }
  }

  private static Finding byUdp(String check, HostPort to, InetSocketAddress address) {
    try {
      return SocketTrial.isRefused(address)
          ? Finding.fail(
              check,
              to.toString(),
              "nobody listens there by UDP: " + Addresses.text(address) + " refuses",
              "start what is to listen there, or name the right port")
          : Finding.ok(check, to.toString(), "does not refuse UDP");
    } catch (IOException e) {
      return Finding.fail(
          check, to.toString(), "cannot be sent to: " + e.getMessage(), "is there a route?");
    }
  }

  /** What moves packets and bytes here, and how large its buffers may be. */
  public void kernel(SocketSettings sockets, TcpSettings tcp, boolean hasTcp) {
    String kernel = System.getProperty("os.name") + " " + System.getProperty("os.version");
    try (DatagramEngine engine = Engines.open(sockets.engine(), "check")) {
      findings.add(Finding.ok("engine", "UDP", engine.name() + " on " + kernel));
    } catch (IOException e) {
      findings.add(Finding.fail("engine", "UDP", e.getMessage(), "set engine = auto"));
    }
    if (hasTcp) {
      try (StreamEngine engine = Engines.openStreams(tcp.engine(), "check tcp")) {
        findings.add(Finding.ok("engine", "TCP", engine.name()));
        String[] trouble = new String[1];
        engine.orSystem(tcp.congestionControl(), told -> trouble[0] = told);
        if (trouble[0] != null) {
          findings.add(Finding.warn("cc", "TCP", trouble[0], ""));
        }
      } catch (IOException e) {
        findings.add(Finding.fail("engine", "TCP", e.getMessage(), "set tcp-engine = auto"));
      }
    }
    buffer("rmem_max", sockets.bufferBytes());
    buffer("wmem_max", sockets.bufferBytes());
  }

  private void buffer(String limit, int wantedBytes) {
    long most = number(PROC_SYS_NET.resolve("core").resolve(limit));
    if (most < 0 || most >= wantedBytes || System.getProperty("user.name").equals("root")) {
      findings.add(
          Finding.ok("buffer", limit, "socket buffers get their " + wantedBytes + " bytes"));
    } else {
      findings.add(
          Finding.warn(
              "buffer",
              limit,
              "the kernel gives sockets " + most + " bytes instead of " + wantedBytes,
              "sysctl -w net.core." + limit + "=" + wantedBytes));
    }
  }

  private static long number(Path file) {
    try {
      return Long.parseLong(Files.readString(file).strip());
    } catch (IOException | NumberFormatException unknown) {
      return -1;
    }
  }

  /** Whether nftables, which iptables of today is too, lets the ports in. */
  public void firewall(List<HostPort> listen, Protocol protocol) {
    String rules = Firewall.rules();
    for (HostPort each : rules == null ? List.<HostPort>of() : listen) {
      if (protocol.hasUdp() && Firewall.mayDrop(rules, "udp", each.port())) {
        findings.add(dropped("udp", each.port()));
      }
      if (protocol.hasTcp() && Firewall.mayDrop(rules, "tcp", each.port())) {
        findings.add(dropped("tcp", each.port()));
      }
    }
  }

  private static Finding dropped(String protocol, int port) {
    return Finding.warn(
        "firewall",
        protocol + " " + port,
        "nftables drops what comes in, and no rule names this port",
        "'nft insert rule inet filter input "
            + protocol
            + " dport "
            + port
            + " accept', or as the"
            + " README says");
  }

  /** Whether the time of day is kept right. */
  public void clock() {
    findings.add(
        switch (ClockState.now()) {
          case SYNCHRONISED -> Finding.ok("clock", "clock", "is synchronised");
          case UNKNOWN ->
              Finding.ok("clock", "clock", "cannot be asked whether it is synchronised");
          case FREE ->
              Finding.warn(
                  "clock",
                  "clock",
                  "nobody synchronises it",
                  "'timedatectl set-ntp true'; "
                      + program
                      + " needs no clock, but certificates of"
                      + " what runs inside do");
        });
  }
}

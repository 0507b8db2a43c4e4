package dev.mptunnel.client.doctor;

import dev.mptunnel.client.doctor.Observation.Tcp;
import dev.mptunnel.client.doctor.Observation.Udp;
import dev.mptunnel.config.ClientConfig;
import dev.mptunnel.config.OverTcp;
import dev.mptunnel.config.Protection;
import dev.mptunnel.config.Version;
import dev.mptunnel.core.Refusal;
import dev.mptunnel.doctor.Finding;
import dev.mptunnel.doctor.Report;
import dev.mptunnel.net.Addresses;
import dev.mptunnel.wire.Handshake;
import dev.mptunnel.wire.Limits;
import java.net.Inet6Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * What the observations of all bridges mean together. Where the other end only keeps silent, as it
 * does towards whoever has another secret, the likeliest causes are named in their order, and what
 * tells them apart.
 */
final class Diagnosis {

  /** A path that carries less makes a common VPN's datagrams travel in pieces. */
  private static final int SHORT_IP_BYTES = 1_400;

  /** Two clocks may be a little apart, and a slow answer makes it look like more. */
  private static final Duration CLOCKS_APART = Duration.ofMinutes(1);

  private final ClientConfig config;
  private final List<Observation> seen;
  private final List<Finding> findings = new ArrayList<>();

  Diagnosis(ClientConfig config, List<Observation> seen) {
    this.config = config;
    this.seen = List.copyOf(seen);
  }

  /** The findings, bridge by bridge, then what concerns all. */
  Report report() {
    config.security().warnings().forEach(warning -> warn("secret", "secret", warning, ""));
    for (Observation each : seen) {
      if (each.udp == Udp.UP) {
        judgeUp(each);
      } else {
        findings.add(whyNot(each));
      }
      judgeSameWay(each);
    }
    judgeServer();
    return new Report(judgeWhole(), findings);
  }

  private void ok(String check, String subject, String text) {
    findings.add(Finding.ok(check, subject, text));
  }

  private void warn(String check, String subject, String text, String remedy) {
    findings.add(Finding.warn(check, subject, text, remedy));
  }

  // --- a bridge that answers ---

  private void judgeUp(Observation o) {
    String subject = o.bridge.name();
    ok(
        "path",
        subject,
        "%s answers by UDP: round trip %.1f ms, lost %s there and %s back%s"
            .formatted(
                Addresses.text(o.address),
                o.rttMicros / 1e3,
                percent(o.lossOut),
                percent(o.lossIn),
                o.mtuOut == 0 ? "" : ", carries packets of " + o.mtuOut + " bytes"));
    if (o.answersFrom != null) {
      warn(
          "source",
          subject,
          "its answers come from " + Addresses.text(o.answersFrom) + ", as a NAT would not let in",
          "it has several addresses: start it there with --listen " + Addresses.text(o.address));
    }
    judgeMtu(o);
    judgeNat(o);
    if (o.detour != null) {
      warn(
          "route",
          subject,
          "its route leads into the tunnel device " + o.detour.tunnel(),
          "if that is a VPN that runs over this tunnel, "
              + o.detour.remedy(o.address.getAddress())
              + "; if it is meant, write bind="
              + o.detour.tunnel()
              + " in the bridge's line");
    }
    judgeTcp(o);
  }

  private static String percent(double share) {
    return Double.isNaN(share) ? "?" : String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  private void judgeMtu(Observation o) {
    String subject = o.bridge.name();
    int fixed = config.session().mtuBytes();
    int least = Limits.MIN_PATH_PACKET_BYTES + Limits.IPV4_UDP_BYTES;
    if (isTooNarrow(o)) {
      findings.add(
          Finding.fail(
              "mtu",
              subject,
              "it does not carry packets of " + least + " bytes, and so would be left out",
              "if it is meant to be so, set mtu = N, the longest that it carries, on both ends"));
    } else if (fixed > 0 && o.mtuOut > 0 && o.mtuOut < fixed) {
      findings.add(
          Finding.fail(
              "mtu",
              subject,
              "it carries packets of %d bytes, and not of mtu = %d".formatted(o.mtuOut, fixed),
              "set mtu = auto, or mtu = " + o.mtuOut + " on both ends"));
    } else if (o.mtuOut > 0 && o.mtuOut < SHORT_IP_BYTES && !o.narrow) {
      int room = o.mtuOut - overhead(o);
      warn(
          "mtu",
          subject,
          "it carries packets of " + o.mtuOut + " bytes only: longer datagrams travel in pieces",
          "for OpenVPN add 'mssfix " + room + "' to its configuration on one end");
    } else if (fixed == 0 && o.mtuOut >= SHORT_IP_BYTES && o.longestIn > 0 && o.longestIn < least) {
      warn(
          "mtu",
          subject,
          "packets of %d bytes get there, but none longer than %d came back"
              .formatted(o.mtuOut, o.longestIn),
          "look for what drops long packets on the way back, such as a firewall that drops ICMP");
    }
  }

  /** Whether it would be left out. */
  private boolean isTooNarrow(Observation o) {
    return o.narrow && config.session().mtuBytes() == 0;
  }

  /** What IP, UDP, and we add to a datagram that wants its order. */
  private static int overhead(Observation o) {
    int ip =
        o.address.getAddress() instanceof Inet6Address
            ? Limits.IPV6_UDP_BYTES
            : Limits.IPV4_UDP_BYTES;
    return ip + 42;
  }

  private void judgeNat(Observation o) {
    String subject = o.bridge.name();
    if (o.rebindings > 0) {
      warn(
          "nat",
          subject,
          "the server has found it at another address %s within seconds: a NAT has given it"
                  .formatted(o.rebindings == 1 ? "once" : o.rebindings + " times")
              + " others, or the bridge was restarted",
          "the tunnel follows, but loses what is on its way each time; have the NAT keep what UDP"
              + " it knows for minutes, or get an address of your own");
    } else if (o.local != null && o.local.isSiteLocalAddress()) {
      boolean direct = o.seenAt.stream().anyMatch(at -> at.getAddress().equals(o.local));
      boolean far = !o.address.getAddress().isSiteLocalAddress();
      if (far && !direct) {
        ok("nat", subject, Addresses.text(o.local) + " is behind a NAT, which keeps its address");
      }
    }
  }

  private void judgeTcp(Observation o) {
    String subject = o.bridge.name();
    if (o.tcp == Tcp.UP && isTcpWanted() && !o.joined) {
      warn(
          "tcp",
          subject,
          "the server answers by TCP, but has not taken a tunnel for connections",
          "look into its log, and update the older of the two");
    } else if (o.tcp == Tcp.UP || o.joined) {
      ok("tcp", subject, isTcpWanted() ? "carries TCP connections" : "answers by TCP too");
    } else if (isTcpWanted() || config.tcp().overTcp() != OverTcp.OFF) {
      String what =
          switch (o.tcp) {
            case REFUSED -> "nobody listens at its TCP port";
            case ACCEPTED -> "its TCP port is open, but the server does not answer over it";
            default -> "it does not answer by TCP";
          };
      warn(
          "tcp",
          subject,
          what + (isTcpWanted() ? "" : ", which datagrams need where UDP is blocked"),
          "let TCP port "
              + o.address.getPort()
              + " in there too, as UDP's, and set protocol = both on bridge and server"
              + (isTcpWanted() ? "" : "; or set over-tcp = off here"));
    }
  }

  private boolean isTcpWanted() {
    return config.tcp().isUsed() || config.proxy().isUsed();
  }

  // --- a bridge that does not ---

  private Finding whyNot(Observation o) {
    String subject = o.bridge.name();
    if (o.unbound != null) {
      return Finding.fail(
          "bind",
          subject,
          "its sockets cannot be opened: " + o.unbound,
          "name an address or a device of this machine behind bind= in its line; bind=DEVICE and"
              + " mark may need root");
    }
    if (o.address == null) {
      return Finding.fail(
          "name",
          subject,
          o.bridge.address().host() + " does not resolve",
          "is the name right, and DNS reachable? 'getent hosts "
              + o.bridge.address().host()
              + "' asks too");
    }
    if (o.refusal == Refusal.OTHER_VERSION || o.otherVersion >= 0) {
      return Finding.fail(
          "version",
          subject,
          "the server there speaks version %s of the protocol, and this mpclient version %d"
              .formatted(o.otherVersion < 0 ? "another" : o.otherVersion, Handshake.VERSION),
          "update the older of the two");
    }
    if (o.refusal != null) {
      return refused(subject, o.refusal);
    }
    if (o.tcp == Tcp.UP) {
      return udpBlocked(o);
    }
    if (o.detour != null) {
      return Finding.fail(
          "route",
          subject,
          "nothing answers, and its route leads into the tunnel device " + o.detour.tunnel(),
          "keep the bridge out of it: " + o.detour.remedy(o.address.getAddress()));
    }
    if (o.udp == Udp.REFUSED) {
      return Finding.fail(
          "port",
          subject,
          Addresses.text(o.address.getAddress())
              + " is there, but nobody listens at its UDP port "
              + o.address.getPort(),
          "is the port right, does the bridge run there ('ss -lun' shows what listens), and does no"
              + " firewall answer in its place, as REJECT of iptables does?");
    }
    if (o.tcp == Tcp.ACCEPTED) {
      return strangersBehind(o);
    }
    if (o.tcp == Tcp.REFUSED) {
      return silentHost(o);
    }
    return Finding.fail(
        "host",
        subject,
        o.trouble != null
            ? o.trouble
            : Addresses.text(o.address) + " answers by neither UDP nor TCP",
        "in this order: is the machine up, the address right, and port "
            + o.address.getPort()
            + " let in by its firewalls, its provider's too?");
  }

  private static Finding refused(String subject, Refusal refusal) {
    return switch (refusal) {
      case REVOKED ->
          Finding.fail(
              "secret", subject, "the server has revoked this invitation", "ask for another one");
      case FULL ->
          Finding.fail(
              "room",
              subject,
              "the server has no room for another session",
              "set max-sessions, or max-sessions-per-client, to more there");
      default ->
          Finding.fail(
              "secret",
              subject,
              "the server is there, but does not know this invitation",
              "start mpserver with the clients-file that 'mpserver invite' wrote it to");
    };
  }

  /** TCP gets through under the secret, and tells what became of what went by UDP. */
  private static Finding udpBlocked(Observation o) {
    String subject = o.bridge.name();
    int port = o.address.getPort();
    if (o.udp == Udp.REFUSED) {
      return Finding.fail(
          "port",
          subject,
          "the server answers by TCP, but nobody listens at its UDP port " + port,
          "set protocol = both on the bridge, or start its part for UDP; a firewall may answer in"
              + " its place, as REJECT of iptables does");
    }
    if (Double.isNaN(o.lostByUdp)) {
      return Finding.fail(
          "udp",
          subject,
          "UDP does not come through, TCP does; not known in which direction it is lost",
          "let UDP port "
              + port
              + " in at the bridge's firewalls, its provider's too, and the server's, and its"
              + " answers in at this end's");
    }
    if (o.lostByUdp < 0.5) {
      return Finding.fail(
          "udp-back",
          subject,
          "UDP gets to the server, but its answers do not come back; TCP does both",
          "let UDP from port "
              + port
              + " in at this end's firewall, or out at the bridge's; if the bridge has several"
              + " addresses, start it with --listen "
              + Addresses.text(o.address));
    }
    return Finding.fail(
        "udp-there",
        subject,
        "UDP does not get to the server, TCP does",
        "let UDP port "
            + port
            + " in at the bridge's firewalls, its provider's too, and the server's; or this network"
            + " lets no UDP out");
  }

  /** Somebody accepts TCP there, and does not answer to this secret by UDP or TCP. */
  private Finding strangersBehind(Observation o) {
    String subject = o.bridge.name();
    if (seen.stream().anyMatch(Diagnosis::isIn)) {
      return Finding.fail(
          "server",
          subject,
          "it is there, but the server that it leads to does not answer to this secret, which"
              + " another bridge's server does",
          "look where it leads: 'mpbridge check' on that machine, with the options that it runs"
              + " with");
    }
    return Finding.fail(
        "secret",
        subject,
        "it is there, but no server behind it answers to "
            + switch (config.security().protection()) {
              case PLAIN -> "encrypt = off";
              case OPPORTUNISTIC -> "a client without a secret";
              case KEYED -> "this secret";
            },
        "in this order: is the secret the server's"
            + (config.security().protection() == Protection.KEYED ? "" : ", or does it have one")
            + " (its log says so of each stranger), does mpserver run, and does the bridge lead to"
            + " it?");
  }

  /** The host refuses TCP, and says nothing to UDP. */
  private Finding silentHost(Observation o) {
    String subject = o.bridge.name();
    boolean othersAreIn = seen.stream().anyMatch(Diagnosis::isIn);
    return Finding.fail(
        othersAreIn ? "server" : "secret",
        subject,
        "its host is there, but nothing answers at UDP port " + o.address.getPort(),
        othersAreIn
            ? "in this order: does a firewall drop UDP there, and does the bridge lead to the"
                + " server?"
            : "in this order: is the secret the server's (its log says so of each stranger), does"
                + " mpserver run, does a firewall drop UDP, and does the bridge lead to the"
                + " server?");
  }

  /** Whether the server let us in over it, by UDP or TCP. */
  private static boolean isIn(Observation o) {
    return o.udp == Udp.UP || o.tcp == Tcp.UP;
  }

  // --- what concerns more than one ---

  private void judgeSameWay(Observation o) {
    for (Observation other : seen) {
      if (other == o) {
        return; // each two once
      }
      boolean sameHost =
          o.address != null
              && other.address != null
              && o.address.getAddress().equals(other.address.getAddress());
      if (sameHost
          && Objects.equals(o.bridge.bind(), other.bridge.bind())
          && o.bridge.mark() == other.bridge.mark()) {
        boolean samePort = o.address.getPort() == other.address.getPort();
        warn(
            "same-way",
            o.bridge.name(),
            (samePort ? "is the same way as " : "leads over the same machine as ")
                + other.bridge.name()
                + ": what one loses, the other loses too",
            samePort
                ? "leave one out, or have each leave by another uplink with bind="
                : "a bridge elsewhere would save more");
        return;
      }
    }
  }

  private void judgeServer() {
    Observation told = seen.stream().filter(o -> o.about != null).findFirst().orElse(null);
    if (told == null) {
      if (seen.stream().anyMatch(o -> o.udp == Udp.UP)) {
        ok("version", "server", "does not say its version and its time: it is an older one");
      }
      return;
    }
    ok(
        "version",
        "server",
        "is mptunnel %s, this is %s".formatted(told.about.version(), Version.current()));
    Duration ahead = Duration.ofMillis(told.clockAheadMillis);
    if (ahead.abs().compareTo(CLOCKS_APART) > 0) {
      warn(
          "clock",
          "server",
          "its clock is %s %s this machine's"
              .formatted(text(ahead.abs()), ahead.isNegative() ? "behind" : "ahead of"),
          "'timedatectl set-ntp true' on the one that is wrong; the tunnel needs no clock, but"
              + " certificates of what runs inside do");
    } else {
      ok("clock", "server", "its clock and this machine's agree");
    }
  }

  private static String text(Duration apart) {
    if (apart.toHours() >= 2) {
      return apart.toHours() + " hours";
    }
    return apart.toMinutes() + " minutes";
  }

  private boolean judgeWhole() {
    long byUdp = seen.stream().filter(o -> o.udp == Udp.UP && !isTooNarrow(o)).count();
    long byTcp = seen.stream().filter(o -> o.tcp == Tcp.UP).count();
    boolean joined = seen.stream().anyMatch(o -> o.joined);
    boolean overTcp = byUdp == 0 && byTcp > 0 && config.tcp().overTcp() != OverTcp.OFF;
    if (seen.stream().anyMatch(o -> o.unbound != null)) {
      findings.add(
          Finding.fail("tunnel", "tunnel", "mpclient would not start", "see the lines above"));
      return false;
    }
    String of = " of " + seen.size() + (seen.size() == 1 ? " bridge" : " bridges");
    if (isTcpWanted() && !joined) {
      findings.add(
          Finding.fail(
              "tunnel", "tunnel", "no TCP connection would come through", "see the lines above"));
      return false;
    }
    if (byUdp > 0) {
      ok("tunnel", "tunnel", "would work, over " + byUdp + of);
      return true;
    }
    if (overTcp) {
      warn("tunnel", "tunnel", "would work, but over TCP only, over " + byTcp + of, "see above");
      return true;
    }
    findings.add(
        Finding.fail("tunnel", "tunnel", "would not work over any bridge", "see the lines above"));
    return false;
  }
}

package dev.mptunnel.harness.lab.application;

import dev.mptunnel.harness.lab.Endpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** ssh, with a command that sends back what it is sent. */
record Ssh(Workplace workplace, Origin origin) implements Application {

  /** What the origin calls whoever has the key. */
  static final String USER = "root";

  private static final String REDIRECT = "in=$1 out=$2; shift 2; exec \"$@\" <\"$in\" >\"$out\"";

  @Override
  public String name() {
    return "ssh";
  }

  @Override
  public String work() {
    return "%d MiB there and back; CONNECT, by socat".formatted(Origin.LARGE_BYTES >> 20);
  }

  @Override
  public long packets() {
    return 2 * Packets.of(Origin.LARGE_BYTES);
  }

  @Override
  public List<Attempt> run(Optional<Endpoint> proxy) throws IOException {
    Path back = workplace.file("back");
    List<String> command = new ArrayList<>(List.of("sh", "-c", REDIRECT, "sh"));
    command.addAll(List.of(origin.large().toString(), back.toString(), "ssh"));
    command.addAll(options(origin, proxy));
    command.addAll(List.of(USER + "@" + Origin.NAME, "cat"));
    Workplace.Ended ended = workplace.run(name(), command);
    Workplace.checkSame(origin.large(), back);
    return List.of(Attempt.done(ended.seconds()));
  }

  /** What ssh and scp are told alike. */
  static List<String> options(Origin origin, Optional<Endpoint> proxy) {
    List<String> options =
        new ArrayList<>(
            List.of("-F", "none", "-i", origin.userKey().toString(), "-o", "BatchMode=yes"));
    options.addAll(List.of("-o", "StrictHostKeyChecking=yes"));
    options.addAll(List.of("-o", "UserKnownHostsFile=" + origin.knownHosts()));
    proxy.ifPresent(
        at -> {
          String socat = "socat - PROXY:%s:%%h:%%p,proxyport=%d".formatted(at.host(), at.port());
          options.addAll(List.of("-o", "ProxyCommand=" + socat));
        });
    return options;
  }
}

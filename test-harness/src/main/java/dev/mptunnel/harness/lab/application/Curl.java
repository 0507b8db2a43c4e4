package dev.mptunnel.harness.lab.application;

import dev.mptunnel.harness.lab.Endpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * curl, with a large file.
 *
 * @param version of HTTP, in curl's word
 */
record Curl(String name, String version, Workplace workplace, Origin origin)
    implements Application {

  static Curl http1(Workplace workplace, Origin origin) {
    return new Curl("curl-http1", "1.1", workplace, origin);
  }

  static Curl http2(Workplace workplace, Origin origin) {
    return new Curl("curl-http2", "2", workplace, origin);
  }

  @Override
  public String work() {
    return "%d MiB down by HTTP/%s over TLS; SOCKS5".formatted(Origin.LARGE_BYTES >> 20, version);
  }

  @Override
  public long packets() {
    return Packets.of(Origin.LARGE_BYTES);
  }

  @Override
  public List<Attempt> run(Optional<Endpoint> proxy) throws IOException {
    Path got = workplace.file("large");
    List<String> command = command(origin);
    command.addAll(List.of("--http" + version, "-o", got.toString(), "-w", "%{http_version}"));
    proxy.ifPresent(at -> command.addAll(List.of("-x", "socks5h://" + at)));
    command.add(origin.url("large"));
    Workplace.Ended ended = workplace.run(name(), command);
    if (!ended.output().equals(version)) {
      throw new IOException("expected HTTP/" + version + ", and curl says " + ended.output());
    }
    Workplace.checkSame(origin.large(), got);
    return List.of(Attempt.done(ended.seconds()));
  }

  /** How each command of curl's begins. */
  static List<String> command(Origin origin) {
    return new ArrayList<>(
        List.of("curl", "-sS", "--fail", "--cacert", origin.certificate().toString()));
  }
}

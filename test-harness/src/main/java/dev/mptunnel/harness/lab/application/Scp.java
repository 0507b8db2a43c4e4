package dev.mptunnel.harness.lab.application;

import dev.mptunnel.harness.lab.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** scp, which brings a large file to the origin. */
record Scp(Workplace workplace, Origin origin) implements Application {

  @Override
  public String name() {
    return "scp";
  }

  @Override
  public String work() {
    return "%d MiB up; CONNECT, by socat".formatted(Origin.LARGE_BYTES >> 20);
  }

  @Override
  public long packets() {
    return Packets.of(Origin.LARGE_BYTES);
  }

  @Override
  public List<Attempt> run(Optional<Endpoint> proxy) throws IOException {
    Files.deleteIfExists(origin.upload());
    List<String> command = new ArrayList<>(List.of("scp"));
    command.addAll(Ssh.options(origin, proxy));
    command.add(origin.large().toString());
    command.add(Ssh.USER + "@" + Origin.NAME + ":" + origin.upload());
    Workplace.Ended ended = workplace.run(name(), command);
    Workplace.checkSame(origin.large(), origin.upload());
    return List.of(Attempt.done(ended.seconds()));
  }
}

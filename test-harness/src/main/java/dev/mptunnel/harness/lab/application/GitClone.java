package dev.mptunnel.harness.lab.application;

import dev.mptunnel.harness.lab.Endpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** git, which clones a repository. */
record GitClone(Workplace workplace, Origin origin) implements Application {

  private static final long BYTES = (long) Origin.REPOSITORY_FILES * Origin.REPOSITORY_FILE_BYTES;

  @Override
  public String name() {
    return "git";
  }

  @Override
  public String work() {
    return "clone of %d files, %d MiB, over https; SOCKS5"
        .formatted(Origin.REPOSITORY_FILES, BYTES >> 20);
  }

  @Override
  public long packets() {
    return Packets.of(BYTES);
  }

  @Override
  public List<Attempt> run(Optional<Endpoint> proxy) throws IOException {
    Path clone = workplace.file("clone");
    List<String> command =
        new ArrayList<>(List.of("git", "-c", "http.sslCAInfo=" + origin.certificate()));
    proxy.ifPresent(at -> command.addAll(List.of("-c", "http.proxy=socks5h://" + at)));
    command.addAll(List.of("clone", "-q", origin.repositoryUrl(), clone.toString()));
    Workplace.Ended ended = workplace.run(name(), command);
    for (int i = 0; i < Origin.REPOSITORY_FILES; i++) {
      Path file = origin.repositoryFile(i);
      Workplace.checkSame(file, clone.resolve(file.getFileName()));
    }
    return List.of(Attempt.done(ended.seconds()));
  }
}

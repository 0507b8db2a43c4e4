package dev.mptunnel.harness.lab.application;

import dev.mptunnel.harness.lab.Endpoint;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** curl, with the objects of the page, each on a connection of its own, 50 at once. */
record ParallelCurl(Workplace workplace, Origin origin) implements Application {

  private static final int PARALLEL = 50;

  @Override
  public String name() {
    return "curl-parallel";
  }

  @Override
  public String work() {
    return "%d files down, HTTP/1.1 over TLS, --parallel-max %d; CONNECT"
        .formatted(Page.objects().size(), PARALLEL);
  }

  @Override
  public long packets() {
    return Packets.of(Page.bytes());
  }

  @Override
  public List<Attempt> run(Optional<Endpoint> proxy) throws IOException {
    List<String> command = Curl.command(origin);
    command.addAll(List.of("--http1.1", "--parallel", "--parallel-immediate"));
    command.addAll(List.of("--parallel-max", Integer.toString(PARALLEL)));
    proxy.ifPresent(at -> command.addAll(List.of("-x", "http://" + at)));
    for (String object : Page.objects()) {
      command.addAll(List.of("-o", workplace.file(object).toString(), origin.url(object)));
    }
    Workplace.Ended ended = workplace.run(name(), command);
    for (String object : Page.objects()) {
      Workplace.checkSame(origin.siteFile(object), workplace.file(object));
    }
    return List.of(Attempt.done(ended.seconds()));
  }
}

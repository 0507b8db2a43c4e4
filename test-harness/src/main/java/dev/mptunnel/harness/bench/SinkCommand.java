package dev.mptunnel.harness.bench;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench sink}: the far end, on another host, of what {@code --to} measures. */
@Command(
    name = "sink",
    aliases = "echo",
    description = {
      "Counts and echoes what a benchmark on another host sends, until it is ended.",
      "There: ./mptunnel bench latency --to NAME=HOST:PORT, by whatever leads here."
    },
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
final class SinkCommand implements Callable<Integer> {

  @Option(names = "--listen", paramLabel = "HOST:PORT", description = "Where to listen.")
  private String listen = "0.0.0.0:7007";

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    try (Sink sink = Sink.open(Plans.address(listen))) {
      System.out.println("sink: listening on " + sink.address());
      new CountDownLatch(1).await();
      return 0;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--listen " + e.getMessage(), e);
    }
  }
}

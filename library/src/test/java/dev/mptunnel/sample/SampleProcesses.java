package dev.mptunnel.sample;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The echo server in a process of its own, and clients in theirs. */
final class SampleProcesses implements AutoCloseable {

  private static final int LIMIT_SECONDS = 40;

  private final List<String> path;
  private final String prefix;
  private final int port;
  private final Process server;

  private SampleProcesses(List<String> path, String prefix) throws IOException {
    this.path = path;
    this.prefix = prefix;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    server = start("EchoServer", Integer.toString(port));
  }

  /**
   * Starts the server.
   *
   * @param path options for java that say where the classes are
   * @param prefix of the name of each class
   */
  static SampleProcesses echo(List<String> path, String prefix) throws IOException {
    return new SampleProcesses(path, prefix);
  }

  private Process start(String name, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(System.getProperty("java.home") + "/bin/java");
    command.addAll(List.of("-Xmx64m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
    command.addAll(path);
    command.add(prefix + name);
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** What a client is answered, that says something. It asks until the server is there. */
  String ask(String what) throws Exception {
    String host = InetAddress.getLoopbackAddress().getHostAddress();
    Process client = start("EchoClient", host, Integer.toString(port), what);
    CompletableFuture<String> answer =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    try {
      assertTrue(client.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS), "the client does not end");
      return answer.get(LIMIT_SECONDS, TimeUnit.SECONDS);
    } finally {
      client.destroyForcibly();
    }
  }

  @Override
  public void close() {
    server.destroyForcibly().onExit().join();
  }
}

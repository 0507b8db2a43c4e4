package dev.mptunnel.harness.tunnel;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.bridge.Relay;
import dev.mptunnel.client.Client;
import dev.mptunnel.config.BridgeCommand;
import dev.mptunnel.config.ClientCommand;
import dev.mptunnel.config.ConfigException;
import dev.mptunnel.config.EngineChoice;
import dev.mptunnel.config.ServerCommand;
import dev.mptunnel.harness.Await;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.Engines;
import dev.mptunnel.program.Program;
import dev.mptunnel.server.Server;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A program that finds its last listening address in use leaves nothing open or running. */
class FailedStartTest {

  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");

  /** A program that is started to listen on one port, and on another. */
  interface Starting {
    Program.Running start(DatagramEngine engine, int port, int then)
        throws IOException, ConfigException;
  }

  static Stream<Arguments> programs() {
    return Stream.of(
        Arguments.of("mpclient", (Starting) FailedStartTest::client),
        Arguments.of("mpserver", (Starting) FailedStartTest::server),
        Arguments.of("bridge", (Starting) FailedStartTest::bridge));
  }

  private static Client client(DatagramEngine engine, int port, int then)
      throws IOException, ConfigException {
    String[] options = {
      "--listen", at(port), "--listen-tcp", at(port), "--listen-tcp", at(then), "--bridge", at(9)
    };
    return Client.start(engine, new ClientCommand(Map.of()).config(options));
  }

  private static Server server(DatagramEngine engine, int port, int then)
      throws IOException, ConfigException {
    String[] options = {"--listen", at(port), "--listen", at(then), "--target", at(9)};
    return Server.start(engine, new ServerCommand(Map.of()).config(options));
  }

  private static Relay bridge(DatagramEngine engine, int port, int then)
      throws IOException, ConfigException {
    String[] options = {"--listen", at(port), "--listen", at(then), "--server", at(9)};
    return Relay.start(engine, new BridgeCommand().config(options));
  }

  private static String at(int port) {
    return "127.0.0.1:" + port;
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("programs")
  void whatWasOpenedIsClosed(String name, Starting program) throws Exception {
    int port = FreePorts.next();
    try (ServerSocket taken = new ServerSocket(0, 1, LOOPBACK);
        DatagramEngine engine = Engines.open(EngineChoice.AUTO, name)) {
      int then = taken.getLocalPort();
      CompletableFuture.runAsync(() -> {}, engine::execute).get(10, TimeUnit.SECONDS);
      Set<Thread> before = enginesOf(name);
      IOException told =
          assertThrows(IOException.class, () -> program.start(engine, port, then).close());
      assertTrue(told.getMessage().contains(at(then)), told.getMessage());
      Await.until("threads to end", LIMIT, () -> enginesOf(name).equals(before));
      assertPortIsFree(port);
      CompletableFuture.runAsync(() -> {}, engine::execute).get(10, TimeUnit.SECONDS);
    }
  }

  /** The threads that carry the program's name; those that it opens for TCP have a word more. */
  private static Set<Thread> enginesOf(String name) {
    Set<Thread> all = new HashSet<>(Thread.getAllStackTraces().keySet());
    all.removeIf(thread -> !thread.getName().startsWith(name));
    return all;
  }

  private static void assertPortIsFree(int port) throws IOException {
    InetSocketAddress place = new InetSocketAddress(LOOPBACK, port);
    new DatagramSocket(place).close();
    new ServerSocket(port, 1, LOOPBACK).close();
  }
}

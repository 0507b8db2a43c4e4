package dev.mptunnel.bridge;

import dev.mptunnel.config.BridgeCommand;
import dev.mptunnel.config.BridgeConfig;
import dev.mptunnel.config.Command;
import dev.mptunnel.config.CommandResult;
import dev.mptunnel.config.Version;
import dev.mptunnel.log.ConsoleLog;
import dev.mptunnel.net.Addresses;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.Engines;
import dev.mptunnel.net.Signals;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/** The program {@code bridge}. */
public final class Main {

  private Main() {}

  /** Runs until SIGTERM or SIGINT. */
  public static void main(String[] args) throws InterruptedException {
    switch (new BridgeCommand().start(args, System.out, System.err)) {
      case CommandResult.Exit<BridgeConfig>(int status) -> System.exit(status);
      case CommandResult.Run<BridgeConfig>(BridgeConfig config, boolean verbose) -> {
        ConsoleLog.install(verbose);
        System.exit(run(config));
      }
    }
  }

  private static int run(BridgeConfig config) throws InterruptedException {
    CountDownLatch stop = new CountDownLatch(1);
    Signals.on("TERM", stop::countDown);
    Signals.on("INT", stop::countDown);
    String choice = config.sockets().engine().name().toLowerCase(Locale.ROOT);
    try (DatagramEngine engine = Engines.open(choice, "bridge");
        Relay relay = Relay.start(engine, config)) {
      LoggerFactory.getLogger(Main.class).info(started(config, relay, engine));
      Signals.on("USR1", () -> System.out.print(relay.report().join().table()));
      stop.await();
      System.out.print(relay.report().join().table());
      return 0;
    } catch (IOException e) {
      System.err.println("bridge: " + e.getMessage());
      return Command.EXIT_USAGE;
    }
  }

  private static String started(BridgeConfig config, Relay relay, DatagramEngine engine) {
    String listening =
        relay.listening().stream().map(Addresses::text).collect(Collectors.joining(", "));
    String servers =
        config.servers().stream().map(Object::toString).collect(Collectors.joining(", "));
    return "bridge %s: listening on %s, forwarding to %s (%s)"
        .formatted(Version.current(), listening, servers, engine.name());
  }
}

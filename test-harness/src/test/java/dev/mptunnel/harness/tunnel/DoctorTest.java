package dev.mptunnel.harness.tunnel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.bridge.Relay;
import dev.mptunnel.client.Client;
import dev.mptunnel.client.doctor.Doctor;
import dev.mptunnel.config.BridgeCommand;
import dev.mptunnel.config.ClientCommand;
import dev.mptunnel.config.ClientConfig;
import dev.mptunnel.config.EngineChoice;
import dev.mptunnel.config.ServerCommand;
import dev.mptunnel.doctor.Finding;
import dev.mptunnel.doctor.Report;
import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.net.Addresses;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.Engines;
import dev.mptunnel.secret.SharedSeed;
import dev.mptunnel.server.Server;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The doctor on loopback; the faults that need a network are planted in a lab. */
class DoctorTest {

  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final Map<String, String> secret = secret("ours");

  @AfterEach
  void closeAll() throws Exception {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }

  private static Map<String, String> secret(String whose) {
    SharedSeed secret = SharedSeed.random(Seed.ofRun().part(whose).generator());
    return Map.of("MPTUNNEL_SECRET", secret.text());
  }

  private DatagramEngine engine(String name) throws IOException {
    DatagramEngine engine = Engines.open(EngineChoice.AUTO, name);
    open.push(engine);
    return engine;
  }

  private Server server(Map<String, String> environment, String listen) throws Exception {
    Server server =
        Server.start(
            engine("mpserver"),
            new ServerCommand(environment)
                .config("--listen", listen, "--target", "127.0.0.1:9", "--loops", "1"));
    open.push(server);
    return server;
  }

  /** By UDP a bridge, by TCP a line to the same server. */
  private TcpLine bridge(int port, InetSocketAddress server) throws Exception {
    open.push(
        Relay.start(
            engine("bridge"),
            new BridgeCommand()
                .config(
                    "--protocol",
                    "udp",
                    "--listen",
                    "127.0.0.1:" + port,
                    "--server",
                    Addresses.text(server))));
    TcpLine line = TcpLine.open(port, server);
    open.push(line);
    return line;
  }

  /** On the way TCP fails for five seconds, as it may where much is lost. */
  @Test
  void itNamesWhatIsWrongAndDisturbsNobody() throws Exception {
    int bridgePort = FreePorts.next();
    InetSocketAddress right = new InetSocketAddress("127.0.0.4", FreePorts.next());
    String wrong = "127.0.0.3:" + FreePorts.next();
    Server server = server(secret, Addresses.text(right));
    TcpLine line = bridge(bridgePort, right);
    server(secret("theirs"), wrong);
    String[] args = {
      "--listen", "127.0.0.1:" + FreePorts.next(),
      "--bridge", "127.0.0.1:" + bridgePort + " name=well",
      "--bridge", "127.0.0.2:" + FreePorts.next() + " name=closed",
      "--bridge", wrong + " name=astray",
      "--ping-idle", "100ms"
    };
    Client client = Client.start(engine("mpclient"), new ClientCommand(secret).config(args));
    open.push(client);
    Await.until("the client to be in", LIMIT, () -> client.report().join().open());
    line.refuse(12);
    List<String> more = new ArrayList<>(List.of(args));
    more.addAll(
        List.of(
            "--socks",
            "127.0.0.1:" + FreePorts.next(),
            "--bridge",
            "127.0.0.5 4000 bind=192.0.2.77 name=unbound"));
    ClientConfig config = new ClientCommand(secret).config(more.toArray(String[]::new));

    Report report = new Doctor(InstantSource.offset(InstantSource.system(), HOUR)).examine(config);

    assertEquals(
        List.of(
            "FAIL port closed",
            "FAIL server astray",
            "FAIL bind unbound",
            "WARN clock server",
            "FAIL tunnel tunnel"),
        report.findings().stream()
            .filter(each -> each.severity() != Finding.Severity.OK)
            .map(each -> each.severity() + " " + each.check() + " " + each.subject())
            .toList(),
        report.text());
    assertFalse(report.works());
    assertTrue(report.text().contains("carries packets of 1500 bytes"), report.text());
    assertTrue(report.text().contains("well: carries TCP connections"), report.text());
    assertTrue(line.hasRefused());
    assertTrue(client.report().join().open());
    Await.until(
        "the doctor's sessions to be closed", LIMIT, () -> server.reports().join().size() == 1);
    assertEquals(client.sessionId(), server.reports().join().getFirst().sessionId());
  }

  private static final Duration HOUR = Duration.ofHours(1);
}

package dev.mptunnel.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.mptunnel.client.Client;
import dev.mptunnel.config.BridgeLine;
import dev.mptunnel.config.ClientConfig;
import dev.mptunnel.config.ClientProxy;
import dev.mptunnel.config.ClientTcp;
import dev.mptunnel.config.EngineChoice;
import dev.mptunnel.config.HostPort;
import dev.mptunnel.config.ServerConfig;
import dev.mptunnel.config.ServerTcp;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.Engines;
import dev.mptunnel.server.Server;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The library at one end, and what the programs run at the other. */
@Timeout(60)
class ProgramsTest {

  private static final String HOST = LocalPair.LOOPBACK.getAddress().getHostAddress();

  @Test
  void applicationsOfMpclientComeOutOfAccept() throws Exception {
    try (StripeServer server = StripeServer.bind(LocalPair.LOOPBACK);
        DatagramEngine engine = Engines.open(EngineChoice.AUTO, "mpclient");
        Client client = Client.start(engine, mpclient(server.localAddress()));
        Socket application = new Socket(HOST, client.listeningTcp().getFirst().getPort());
        Connection connection = server.accept(LocalPair.SOON)) {
      application.getOutputStream().write(new byte[] {1, 2, 3});
      application.shutdownOutput();
      assertArrayEquals(new byte[] {1, 2, 3}, connection.inputStream().readAllBytes());
      connection.write(ByteBuffer.wrap(new byte[] {4}));
      connection.shutdownOutput();
      assertArrayEquals(new byte[] {4}, application.getInputStream().readAllBytes());
    }
  }

  private static ClientConfig mpclient(InetSocketAddress server) {
    ClientConfig defaults = ClientConfig.defaults();
    TreeMap<String, List<HostPort>> listen = new TreeMap<>();
    listen.put("", List.of(new HostPort(HOST, 0)));
    ClientTcp tcp = defaults.tcp();
    return new ClientConfig(
        List.of(new HostPort(HOST, 0)),
        new TreeMap<>(),
        defaults.passenger(),
        new TreeMap<>(),
        List.of(new BridgeLine(new HostPort(HOST, server.getPort()), "line", null)),
        defaults.security(),
        defaults.session(),
        defaults.sockets(),
        new ClientTcp(listen, 2, tcp.patienceNanos(), tcp.overTcp(), tcp.sockets()),
        ClientProxy.NONE);
  }

  @Test
  void connectionsComeOutAtTheTargetOfMpserver() throws Exception {
    try (ServerSocket target = new ServerSocket(0, 1, LocalPair.LOOPBACK.getAddress());
        DatagramEngine engine = Engines.open(EngineChoice.AUTO, "mpserver");
        Server server = Server.start(engine, mpserver(target.getLocalPort()));
        StripeClient client = StripeClient.connect(server.listening().getFirst(), 2);
        Connection connection = client.openConnection();
        Socket theirs = target.accept()) {
      connection.write(ByteBuffer.wrap(new byte[] {1, 2}));
      connection.shutdownOutput();
      assertArrayEquals(new byte[] {1, 2}, theirs.getInputStream().readAllBytes());
      theirs.shutdownOutput();
      assertEquals(-1, connection.read(ByteBuffer.allocate(1)));
      assertThrows(IOException.class, () -> client.openConnection("none").inputStream().read());
    }
  }

  private static ServerConfig mpserver(int target) throws IOException {
    ServerConfig defaults = ServerConfig.defaults();
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, LocalPair.LOOPBACK.getAddress())) {
      port = free.getLocalPort();
    }
    HostPort to = new HostPort(HOST, target);
    TreeMap<String, HostPort> targets = new TreeMap<>();
    targets.put("", to);
    return new ServerConfig(
        List.of(new HostPort(HOST, port)),
        to,
        new TreeMap<>(),
        defaults.security(),
        defaults.session(),
        defaults.sessionTimeoutNanos(),
        defaults.maxSessions(),
        defaults.sockets(),
        1,
        defaults.protocol(),
        ServerTcp.to(targets),
        defaults.access());
  }
}

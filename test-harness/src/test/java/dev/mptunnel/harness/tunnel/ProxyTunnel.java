package dev.mptunnel.harness.tunnel;

import dev.mptunnel.access.AccessException;
import dev.mptunnel.access.AccessRule;
import dev.mptunnel.access.AccessRules;
import dev.mptunnel.client.Client;
import dev.mptunnel.config.BridgeLine;
import dev.mptunnel.config.CipherChoice;
import dev.mptunnel.config.ClientConfig;
import dev.mptunnel.config.ClientProxy;
import dev.mptunnel.config.ClientSecurity;
import dev.mptunnel.config.ClientTcp;
import dev.mptunnel.config.EngineChoice;
import dev.mptunnel.config.HostPort;
import dev.mptunnel.config.OverTcp;
import dev.mptunnel.config.Passenger;
import dev.mptunnel.config.Protection;
import dev.mptunnel.config.Protocol;
import dev.mptunnel.config.ProxyUser;
import dev.mptunnel.config.ServerConfig;
import dev.mptunnel.config.ServerSecurity;
import dev.mptunnel.config.ServerTcp;
import dev.mptunnel.config.SessionSettings;
import dev.mptunnel.config.SocketSettings;
import dev.mptunnel.config.TcpSettings;
import dev.mptunnel.core.EndpointSettings.RepairSettings;
import dev.mptunnel.harness.Await;
import dev.mptunnel.harness.Seed;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.Engines;
import dev.mptunnel.secret.ClientsFile;
import dev.mptunnel.secret.Invitation;
import dev.mptunnel.secret.Secret;
import dev.mptunnel.secret.SecretException;
import dev.mptunnel.secret.SharedSeed;
import dev.mptunnel.server.Server;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A client that is a proxy, and its server, on loopback; names mean what the test says. */
final class ProxyTunnel implements AutoCloseable {

  private static final SocketSettings SOCKETS = new SocketSettings(1 << 20, EngineChoice.AUTO);
  private static final SessionSettings SESSIONS =
      new SessionSettings(
          TimeUnit.MILLISECONDS.toNanos(100),
          TimeUnit.SECONDS.toNanos(1),
          TimeUnit.SECONDS.toNanos(2),
          0,
          RepairSettings.DEFAULT,
          TimeUnit.MINUTES.toNanos(5),
          256);

  private static final String LOCAL = "127.0.0.1";

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final Map<String, List<InetAddress>> names = new ConcurrentHashMap<>();
  private final AtomicInteger asked = new AtomicInteger();
  private final HostPort place = new HostPort("127.0.0.1", FreePorts.next());
  private final SharedSeed secret = SharedSeed.random(Seed.ofRun().part("secret").generator());
  private final Server server;
  private final Client client;
  private final Map<String, Client> invited = new HashMap<>();

  /**
   * Starts one.
   *
   * @param user who may use the proxy, or null
   * @param allow the server's rules
   */
  ProxyTunnel(ProxyUser user, String... allow) throws IOException {
    this(user, List.of(), allow);
  }

  /**
   * The same.
   *
   * @param deny what the server denies
   */
  ProxyTunnel(ProxyUser user, List<String> deny, String... allow) throws IOException {
    this(LOCAL, user, new AccessRules(rules(List.of(allow)), rules(deny)), null, Map.of());
  }

  /** One whose proxy listens at all addresses. */
  static ProxyTunnel listeningEverywhere(String... allow) throws IOException {
    AccessRules access = new AccessRules(rules(List.of(allow)), List.of());
    return new ProxyTunnel(HostPort.ANY, null, access, null, Map.of());
  }

  /**
   * One with further clients of its server, which may reach what was said when they were invited,
   * while nobody else may reach anything.
   *
   * @param clients the file that names them
   * @param allowed a rule for each of their names
   */
  static ProxyTunnel inviting(Path clients, Map<String, String> allowed) throws IOException {
    return new ProxyTunnel(LOCAL, null, AccessRules.NONE, clients, allowed);
  }

  private ProxyTunnel(
      String host, ProxyUser user, AccessRules access, Path clients, Map<String, String> allowed)
      throws IOException {
    try {
      Map<String, Invitation> invitations = new HashMap<>();
      for (Map.Entry<String, String> each : allowed.entrySet()) {
        invitations.put(each.getKey(), invite(clients, each.getKey(), each.getValue()));
      }
      server =
          opened(Server.start(engine("mpserver"), serverConfig(clients, access), this::resolve));
      client = start(clientConfig(secret, user, host));
      for (Map.Entry<String, Invitation> each : invitations.entrySet()) {
        invited.put(each.getKey(), start(clientConfig(each.getValue(), null, host)));
      }
    } catch (IOException | RuntimeException | AssertionError e) {
      close();
      throw e;
    }
  }

  private Client start(ClientConfig config) throws IOException {
    Client started = opened(Client.start(engine("mpclient"), config));
    Await.until(
        "the tunnels to be up",
        Duration.ofSeconds(30),
        () -> started.tunnelReport().join().tunnels().size() == 2);
    return started;
  }

  private Invitation invite(Path clients, String name, String rule) throws IOException {
    Invitation invitation =
        Invitation.random(
            secret.serverKeys().own().publicKey(), Seed.ofRun().part(name).generator());
    AccessRules access = new AccessRules(rules(List.of(rule)), List.of());
    try {
      ClientsFile.change(
          clients,
          now -> now.invite(name, invitation.clientKeys(), LocalDate.EPOCH, List.of(), access));
    } catch (SecretException e) {
      throw new IOException(e);
    }
    return invitation;
  }

  private static List<AccessRule> rules(List<String> texts) {
    List<AccessRule> rules = new ArrayList<>();
    for (String text : texts) {
      try {
        rules.add(AccessRule.parse(text));
      } catch (AccessException e) {
        throw new IllegalArgumentException(text, e);
      }
    }
    return rules;
  }

  private ServerConfig serverConfig(Path clients, AccessRules access) {
    return new ServerConfig(
        List.of(place),
        null,
        Collections.emptySortedMap(),
        new ServerSecurity(Protection.KEYED, secret, clients, 16, List.of()),
        SESSIONS,
        TimeUnit.SECONDS.toNanos(60),
        16,
        SOCKETS,
        1,
        Protocol.BOTH,
        ServerTcp.to(Collections.emptySortedMap()),
        access);
  }

  private ClientConfig clientConfig(Secret its, ProxyUser user, String host) {
    return new ClientConfig(
        List.of(new HostPort("127.0.0.1", 0)),
        Collections.emptySortedMap(),
        Passenger.ANY,
        Collections.emptySortedMap(),
        List.of(new BridgeLine(place, "line", null)),
        new ClientSecurity(Protection.KEYED, its, CipherChoice.AES_256_GCM, List.of()),
        SESSIONS,
        SOCKETS,
        new ClientTcp(
            Collections.emptySortedMap(),
            2,
            TimeUnit.SECONDS.toNanos(20),
            OverTcp.AUTO,
            TcpSettings.DEFAULT),
        new ClientProxy(List.of(new HostPort(host, 0)), user, List.of()));
  }

  private List<InetAddress> resolve(String host) throws UnknownHostException {
    asked.incrementAndGet();
    List<InetAddress> found = names.get(host);
    if (found == null) {
      throw new UnknownHostException(host);
    }
    return found;
  }

  /** From now on a name has these addresses. */
  void name(String host, String... addresses) {
    List<InetAddress> all = new ArrayList<>();
    for (String address : addresses) {
      all.add(InetAddress.ofLiteral(address));
    }
    names.put(host, List.copyOf(all));
  }

  /** How often a name was asked for. */
  int asked() {
    return asked.get();
  }

  /** Where the proxy is. */
  InetSocketAddress proxy() {
    return proxy(client);
  }

  /** Where the proxy of a client is that was invited. */
  InetSocketAddress proxyOf(String name) {
    return proxy(invited.get(name));
  }

  private static InetSocketAddress proxy(Client at) {
    return new InetSocketAddress(LOCAL, at.listeningProxy().getFirst().getPort());
  }

  Client client() {
    return client;
  }

  Server server() {
    return server;
  }

  private DatagramEngine engine(String name) throws IOException {
    return opened(Engines.open(EngineChoice.AUTO, name));
  }

  private <T extends AutoCloseable> T opened(T resource) {
    open.push(resource);
    return resource;
  }

  @Override
  public void close() throws IOException {
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (IOException | RuntimeException e) {
        throw e;
      } catch (Exception e) {
        throw new IOException(e);
      }
    }
  }
}

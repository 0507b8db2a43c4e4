package dev.mptunnel.harness.fuzz;

import dev.mptunnel.bridge.Relay;
import dev.mptunnel.config.BridgeConfig;
import dev.mptunnel.config.EngineChoice;
import dev.mptunnel.config.HostPort;
import dev.mptunnel.config.Protocol;
import dev.mptunnel.config.SocketSettings;
import dev.mptunnel.config.TcpSettings;
import dev.mptunnel.harness.fuzz.FuzzedSockets.Port;
import dev.mptunnel.harness.fuzz.FuzzedSockets.Sent;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A bridge with several ports and servers, and clients that send whatever the input says: each
 * datagram goes on unchanged, once, from a socket that is its client's alone, the datagrams of one
 * session to one server; and each answer goes back to that client, from the port that it had sent
 * to.
 */
final class RelayTarget implements FuzzTarget {

  private static final int MAX_STEPS = 200;
  private static final int MAX_CLIENTS = 3;
  private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final int SESSION_ID_OFFSET = 1;
  private static final int SESSION_ID_END = 9;

  private static final BridgeConfig CONFIG =
      new BridgeConfig(
          List.of(new HostPort("127.0.0.1", 4000), new HostPort("127.0.0.1", 4001)),
          List.of(
              new HostPort("192.0.2.1", 2000),
              new HostPort("192.0.2.2", 2000),
              new HostPort("2001:db8::3", 2000)),
          IDLE_NANOS,
          MAX_CLIENTS,
          new SocketSettings(0, EngineChoice.AUTO),
          1,
          Protocol.UDP,
          TcpSettings.DEFAULT);

  /** A client as one listening port sees it. */
  private record Client(Port listener, InetSocketAddress address) {}

  private static final class Steps {
    private final FuzzedSockets sockets = new FuzzedSockets();
    private final List<Port> listeners;
    private final Map<Port, Client> clients = new HashMap<>();
    private final Map<Long, InetSocketAddress> servers = new HashMap<>();
    private final Set<Port> answered = new HashSet<>();

    Steps() throws IOException {
      Relay.start(sockets, CONFIG);
      listeners = sockets.ports();
    }

    private List<Port> legs() {
      return sockets.ports().stream().filter(port -> port.remote() != null).toList();
    }

    void next(InputReader reader) {
      int what = reader.nextByte() % 8;
      List<Port> legs = legs();
      if (what < 4 || legs.isEmpty()) {
        send(reader);
        return;
      }
      Port leg = legs.get(reader.nextByte() % legs.size());
      switch (what) {
        case 4, 5 -> answer(leg, reader);
        case 6 -> leg.fail(new PortUnreachableException());
        default -> sockets.pass(TimeUnit.MILLISECONDS.toNanos(reader.nextShort()));
      }
      answered.retainAll(sockets.ports());
      Must.hold(answered.size() <= MAX_CLIENTS, "too many clients that were answered");
    }

    private void send(InputReader reader) {
      Port listener = listeners.get(reader.nextByte() % listeners.size());
      InetSocketAddress source = clientAddress(reader.nextByte() % 8);
      byte[] datagram = reader.nextBytes(reader.nextByte() % 32);
      listener.arrive(source, datagram);
      Sent forwarded = only(sockets.takeSent());
      Must.equal(ByteBuffer.wrap(datagram), forwarded.datagram(), "forwarded");
      Client client = new Client(listener, source);
      Must.equal(
          client, clients.computeIfAbsent(forwarded.from(), _ -> client), "the socket's client");
      if (datagram.length >= SESSION_ID_END) {
        long session = ByteBuffer.wrap(datagram).getLong(SESSION_ID_OFFSET);
        Must.equal(
            servers.computeIfAbsent(session, _ -> forwarded.to()),
            forwarded.to(),
            "the session's server");
      }
    }

    private void answer(Port leg, InputReader reader) {
      byte[] datagram = reader.nextBytes(reader.nextByte() % 32);
      leg.arrive(leg.remote(), datagram);
      answered.add(leg);
      Sent back = only(sockets.takeSent());
      Must.equal(ByteBuffer.wrap(datagram), back.datagram(), "answer");
      Must.equal(clients.get(leg), new Client(back.from(), back.to()), "who is answered");
    }

    void checkExpiry() {
      sockets.pass(IDLE_NANOS + 1);
      Must.equal(listeners, sockets.ports(), "sockets when all clients are silent");
    }
  }

  private static Sent only(List<Sent> sent) {
    Must.equal(1, sent.size(), "datagrams sent for one");
    return sent.getFirst();
  }

  private static InetSocketAddress clientAddress(int number) {
    String host = number % 2 == 0 ? "198.51.100.1" : "2001:db8::99";
    return new InetSocketAddress(InetAddress.ofLiteral(host), 5000 + number);
  }

  @Override
  public void accept(byte[] input) throws IOException {
    InputReader reader = new InputReader(input);
    Steps steps = new Steps();
    for (int i = 0; i < MAX_STEPS && !reader.isAtEnd(); i++) {
      steps.next(reader);
    }
    steps.checkExpiry();
  }

  @Override
  public List<byte[]> seeds() {
    return List.of(
        new byte[] {
          0, 0, 0, 2, 'a', 'b', 1, 1, 3, 10, 1, 0, 0, 0, 0, 0, 0, 0, 7, 'c', 4, 1, 1, 'd'
        },
        new byte[] {0, 0, 1, 1, 'a', 7, 0, 0x27, 0x10, 6, 0, 5, 0, 0});
  }
}

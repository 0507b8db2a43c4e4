package dev.mptunnel.client.doctor;

import dev.mptunnel.client.ClientEnd;
import dev.mptunnel.config.BridgeLine;
import dev.mptunnel.config.ClientConfig;
import dev.mptunnel.config.SessionSettings;
import dev.mptunnel.core.Endpoint;
import dev.mptunnel.core.EndpointSettings.RepairSettings;
import dev.mptunnel.core.Event;
import dev.mptunnel.core.Flow;
import dev.mptunnel.core.Output;
import dev.mptunnel.core.Path;
import dev.mptunnel.core.PathReport;
import dev.mptunnel.core.Refusal;
import dev.mptunnel.core.Session;
import dev.mptunnel.core.SessionReport;
import dev.mptunnel.core.TunnelKey;
import dev.mptunnel.net.Addresses;
import dev.mptunnel.net.CarrierPort;
import dev.mptunnel.net.DatagramEngine;
import dev.mptunnel.net.DatagramHandler;
import dev.mptunnel.net.DatagramPort;
import dev.mptunnel.net.Engine;
import dev.mptunnel.net.NameWatch;
import dev.mptunnel.net.PortOptions;
import dev.mptunnel.net.RouteWatch;
import dev.mptunnel.net.Sharing;
import dev.mptunnel.net.StreamEngine;
import dev.mptunnel.net.StreamOptions;
import dev.mptunnel.wire.About;
import dev.mptunnel.wire.Handshake;
import dev.mptunnel.wire.Limits;
import dev.mptunnel.wire.PacketType;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.PortUnreachableException;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;

/**
 * Asks one bridge: by a session of its own with two paths over it, by UDP and by TCP. What the
 * session carries goes by UDP alone, so that what comes over TCP tells what became of it.
 *
 * <p>At first there are only PINGs, for as long as an idle tunnel waits between two of them. Then
 * it sends ten times a second. All the while losses are counted, the longest packet is looked for,
 * and a NAT that changes addresses is noticed. On the engine's thread, but for what says otherwise.
 */
final class Trial implements DatagramHandler, CarrierPort.Listener, RouteWatch.Way {

  private static final int UDP = 0;
  private static final int TCP = 1;

  private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
  private static final long RESOLVE_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** By TCP. One attempt may fail that the next does not. */
  private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(1);

  /** What has not answered for so long is sent more. */
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** A longer pause between PINGs is not waited for. */
  private static final long LONGEST_IDLE_NANOS = TimeUnit.SECONDS.toNanos(6);

  /** For the handshake before, and the last PING's answer. */
  private static final long AFTER_IDLE_NANOS = TimeUnit.MILLISECONDS.toNanos(700);

  private static final long BUSY_NANOS = TimeUnit.SECONDS.toNanos(3);

  /** For the last answers. */
  private static final long LAST_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final DatagramEngine engine;
  private final StreamEngine streams;
  private final BridgeLine bridge;
  private final InstantSource clock;
  private final Runnable checkRoutes;
  private final boolean isTcpWanted;
  private final SecureRandom random = new SecureRandom();
  private final Observation seen;
  private final CompletableFuture<Observation> ended = new CompletableFuture<>();
  private final Endpoint endpoint;
  private final NameWatch name;
  private final PortOptions options;
  private final long idleNanos;
  private final Engine.EngineTimer timer;
  private final Engine.EngineTimer tick;

  private DatagramPort port;
  private CarrierPort carrier;

  /** Hears whether the host says that nobody listens; null until the address is known. */
  private DatagramPort knocker;

  private Session session;
  private Flow about;
  private long startedNanos;
  private long busySinceNanos;
  private String device;
  private int tcpPath = -1;
  private long nextDialNanos = Long.MAX_VALUE;
  private long nextJoinNanos = Long.MIN_VALUE;

  /**
   * A trial that has not begun.
   *
   * @param checkRoutes looks where all trials' routes lead, at once
   */
  Trial(
      DatagramEngine engine,
      StreamEngine streams,
      ClientConfig config,
      BridgeLine bridge,
      InstantSource clock,
      Runnable checkRoutes) {
    this.engine = engine;
    this.streams = streams;
    this.bridge = bridge;
    this.clock = clock;
    this.checkRoutes = checkRoutes;
    seen = new Observation(bridge);
    isTcpWanted = config.tcp().isUsed() || config.proxy().isUsed();
    endpoint =
        new Endpoint(
            ClientEnd.settings(settings(config.session())),
            ClientEnd.security(config.security(), random),
            random,
            new Effects());
    idleNanos = Math.min(config.session().pingIdleNanos(), LONGEST_IDLE_NANOS);
    InetSocketAddress local =
        bridge.bindsToAddress() ? Addresses.literal(bridge.bind()) : Addresses.any();
    options =
        PortOptions.at(local)
            .withBufferBytes(config.sockets().bufferBytes())
            .withDscp(config.sockets().dscp())
            .withDevice(bridge.bindsToInterface() ? bridge.bind() : null)
            .withMark(bridge.mark())
            .withStamps()
            .sentWhole();
    name =
        new NameWatch(
            engine,
            bridge.address().host(),
            bridge.address().port(),
            found -> !bridge.bindsToAddress() || Addresses.sameFamily(found, local.getAddress()),
            this::onResolved,
            _ -> end());
    timer = engine.newTimer(() -> run(endpoint::onTimer));
    tick = engine.newTimer(this::onTick);
  }

  /**
   * What is measured does not depend on how often somebody wants to ping, or to repair; and a path
   * that does not answer goes on being sent to.
   */
  private static SessionSettings settings(SessionSettings config) {
    return new SessionSettings(
        TimeUnit.MILLISECONDS.toNanos(250),
        config.pingIdleNanos(),
        TimeUnit.MINUTES.toNanos(1),
        0,
        RepairSettings.OFF,
        config.flowTimeoutNanos(),
        config.maxFlows());
  }

  /** Opens its sockets. From any thread. @return false if that cannot be, which ends it */
  boolean open() {
    try {
      port = engine.open(options, this);
      carrier = new CarrierPort(engine, streams, TCP, 1, this);
      return true;
    } catch (IOException e) {
      seen.unbound = e.getMessage();
      ended.complete(seen);
      return false;
    }
  }

  /** Begins. From any thread. */
  void startIn(long nanos) {
    engine.execute(() -> tick.set(engine.nanoTime() + nanos));
  }

  /** Done when all has been seen. */
  CompletableFuture<Observation> ended() {
    return ended;
  }

  private void onTick() {
    if (ended.isDone()) {
      return;
    }
    long now = engine.nanoTime();
    if (startedNanos == 0) {
      startedNanos = now;
      name.ask();
    }
    if (session == null) {
      if (now - startedNanos > RESOLVE_NANOS) {
        end();
      }
    } else if (busySinceNanos == 0) {
      considerBusy(now);
    } else if (now - busySinceNanos < BUSY_NANOS) {
      askAbout();
    } else if (now - busySinceNanos > BUSY_NANOS + LAST_NANOS && !awaitsTunnel(now)) {
      end();
    }
    if (!ended.isDone()) {
      if (session != null && wantsTunnel() && now >= nextJoinNanos) {
        nextJoinNanos = now + AGAIN_NANOS;
        tryToJoin();
      }
      if (now >= nextDialNanos) {
        dial();
      }
      tick.set(now + TICK_NANOS);
    }
  }

  private void considerBusy(long now) {
    long elapsed = now - startedNanos;
    boolean answers = session.path(UDP).isProven();
    if (elapsed > (answers ? idleNanos + AFTER_IDLE_NANOS : PATIENCE_NANOS)) {
      busySinceNanos = now;
    }
  }

  private void askAbout() {
    run(
        now -> {
          if (about == null) {
            about = endpoint.openFlow(now, session, About.TARGET, false);
          }
          endpoint.send(now, about, ByteBuffer.allocate(1));
        });
  }

  /** Where applications connect, as soon as the server has let us in, until one has joined. */
  private boolean wantsTunnel() {
    return isTcpWanted && !seen.joined && session.tunnelKey() != null && hasAnswered();
  }

  /** One is waited for no shorter than an answer by UDP. */
  private boolean awaitsTunnel(long now) {
    return wantsTunnel() && now - startedNanos < PATIENCE_NANOS + BUSY_NANOS + LAST_NANOS;
  }

  private void tryToJoin() {
    TunnelKey key = session.tunnelKey();
    Runnable onSuccess = () -> engine.execute(() -> seen.joined = true);
    streams.execute(
        () ->
            streams.connect(seen.address, byTcp(), new JoinTrial(streams, key, random, onSuccess)));
  }

  /** Then it has the session, too, which it has not before it knows that we have. */
  private boolean hasAnswered() {
    return session.path(UDP).isProven() || (tcpPath >= 0 && session.path(tcpPath).isProven());
  }

  private StreamOptions byTcp() {
    return StreamOptions.at(options.local())
        .withDevice(options.device())
        .withMark(options.mark())
        .keptOn(device);
  }

  private void onResolved(InetSocketAddress address) {
    if (session != null || ended.isDone()) {
      return;
    }
    seen.address = address;
    startedNanos = engine.nanoTime();
    checkRoutes.run();
    PortOptions connected =
        new PortOptions(
            Addresses.sameFamily(options.local().getAddress(), address.getAddress())
                ? options.local()
                : Addresses.anyLike(address.getAddress()),
            address,
            0,
            options.device(),
            options.mark(),
            false,
            false,
            options.dscp(),
            0,
            Sharing.NONE);
    try {
      knocker = engine.open(connected, new Knock());
      InetAddress local = knocker.localAddress().getAddress();
      seen.local = local.isAnyLocalAddress() ? null : local;
    } catch (IOException e) {
      seen.trouble = e.getMessage();
    }
    Endpoint.PathSpec byUdp = new Endpoint.PathSpec(bridge.name(), UDP, address);
    run(now -> session = endpoint.open(now, List.of(byUdp)));
    dial();
  }

  private void dial() {
    nextDialNanos = Long.MAX_VALUE;
    carrier.dial(seen.address, byTcp(), session.id(), this);
  }

  private void run(LongConsumer work) {
    if (ended.isDone()) {
      return;
    }
    work.accept(engine.nanoTime());
    flush();
    long next = endpoint.nextTimer();
    if (next == Long.MAX_VALUE) {
      timer.cancel();
    } else {
      timer.set(next);
    }
  }

  private void flush() {
    port.flush();
    carrier.flush();
    if (knocker != null) {
      knocker.flush();
    }
  }

  /** Everything has been seen that there is to see. */
  private void end() {
    if (ended.isDone()) {
      return;
    }
    if (session != null) {
      note();
      endpoint.close();
      flush();
    }
    ended.complete(seen);
    timer.cancel();
    tick.cancel();
  }

  private void note() {
    SessionReport report = session.report();
    PathReport byUdp = report.paths().get(UDP);
    if (session.path(UDP).isProven()) {
      seen.udp = Observation.Udp.UP;
    }
    seen.rebindings = session.path(UDP).rebindings();
    seen.rttMicros = byUdp.rttP50Micros();
    seen.lossOut = byUdp.lossOut();
    seen.lossIn = byUdp.lossIn();
    seen.mtuOut = byUdp.mtuBytes();
    seen.lostByUdp = report.lossOut();
    Path byTcp = session.path(TCP);
    if (byTcp != null && byTcp.isProven()) {
      seen.tcp = Observation.Tcp.UP;
    }
  }

  /** Closes its sockets. */
  void close() {
    end();
    if (port != null) {
      port.close();
      carrier.close();
    }
    if (knocker != null) {
      knocker.close();
    }
  }

  @Override
  public void onDatagram(DatagramPort from, InetSocketAddress source, ByteBuffer datagram) {
    if (ended.isDone() || session == null) {
      return;
    }
    int number = from.equals(port) ? UDP : TCP;
    if (number == UDP) {
      boolean ipv6 = source.getAddress() instanceof Inet6Address;
      int headers = ipv6 ? Limits.IPV6_UDP_BYTES : Limits.IPV4_UDP_BYTES;
      if (!source.getAddress().equals(seen.address.getAddress())) {
        seen.answersFrom = source;
      }
      seen.longestIn = Math.max(seen.longestIn, datagram.remaining() + headers);
    }
    long now = engine.nanoTime();
    boolean isResponse =
        datagram.remaining() >= Handshake.HEAD_BYTES
            && PacketType.type(datagram.get(datagram.position())) == PacketType.HANDSHAKE_RESPONSE;
    int version = isResponse ? Handshake.version(datagram) : Handshake.VERSION;
    endpoint.onDatagram(now, from.arrivedNanos(now), number, source, datagram);
    if (seen.refusal == Refusal.OTHER_VERSION
        && seen.otherVersion < 0
        && version != Handshake.VERSION) {
      seen.otherVersion = version;
    }
  }

  @Override
  public void onBatchEnd(DatagramPort from) {
    run(_ -> {});
  }

  @Override
  public void onError(DatagramPort from, IOException error) {
    // Of an unconnected socket; see Knock.
  }

  @Override
  public void onUp(InetSocketAddress remote) {
    if (seen.tcp != Observation.Tcp.UP) {
      seen.tcp = Observation.Tcp.ACCEPTED;
    }
    run(
        now -> {
          if (tcpPath < 0) {
            String path = bridge.name() + " by TCP";
            tcpPath = endpoint.addPath(now, session, new Endpoint.PathSpec(path, TCP, remote));
          } else {
            endpoint.redirect(now, session, tcpPath, remote);
          }
        });
  }

  @Override
  public void onDown(InetSocketAddress remote, IOException cause) {
    if (tcpPath >= 0) {
      if (session.path(tcpPath).isProven()) {
        seen.tcp = Observation.Tcp.UP; // until then
      }
      run(now -> endpoint.redirect(now, session, tcpPath, null));
    } else if (cause != null && cause.getMessage().contains("refused")) {
      seen.tcp = Observation.Tcp.REFUSED;
    }
    nextDialNanos = engine.nanoTime() + AGAIN_NANOS;
  }

  /** Its route leads into a tunnel device. */
  void onDetour(RouteWatch.Detour detour) {
    seen.detour = detour;
  }

  @Override
  public String name() {
    return bridge.name();
  }

  @Override
  public InetAddress remote() {
    return ended.isDone() || seen.address == null ? null : seen.address.getAddress();
  }

  @Override
  public PortOptions options() {
    return options;
  }

  @Override
  public boolean isUp() {
    return session != null && session.path(UDP).isProven();
  }

  @Override
  public boolean stayOn(int interfaceIndex) {
    try {
      NetworkInterface found =
          interfaceIndex == 0 ? null : NetworkInterface.getByIndex(interfaceIndex);
      device = found == null ? null : found.getName();
    } catch (SocketException e) {
      device = null;
    }
    return port.stayOn(interfaceIndex);
  }

  /** A connected socket that sends what begins a handshake too, for what comes back is told. */
  private final class Knock implements DatagramHandler {

    @Override
    public void onDatagram(DatagramPort from, InetSocketAddress source, ByteBuffer datagram) {
      // The same as came to the other one.
    }

    @Override
    public void onBatchEnd(DatagramPort from) {}

    @Override
    public void onError(DatagramPort from, IOException error) {
      if (error instanceof PortUnreachableException) {
        seen.udp = Observation.Udp.REFUSED;
      }
    }
  }

  private final class Effects implements Output {

    @Override
    public void transmit(int number, InetSocketAddress remote, ByteBuffer packet) {
      int type = PacketType.type(packet.get(packet.position()));
      if (number == UDP) {
        port.send(packet, remote);
        if (type == PacketType.HANDSHAKE_INIT && knocker != null) {
          knocker.send(packet, null);
        }
      } else if (type != PacketType.DATA) {
        carrier.send(packet, remote);
      }
    }

    @Override
    public void deliver(Flow flow, ByteBuffer payload) {
      About answer = About.decode(payload);
      if (answer == null) {
        return;
      }
      seen.about = answer;
      seen.clockAheadMillis = answer.timeMillis() - clock.millis();
      if (answer.paths().get(UDP) != null) {
        seen.seenAt.add(answer.paths().get(UDP));
      }
    }

    @Override
    public void event(Event event) {
      switch (event) {
        case Event.SessionRefused refused -> seen.refusal = refused.refusal();
        case Event.PathNarrow narrow when narrow.path().id() == UDP -> seen.narrow = true;
        default -> {
          // What matters of them is noted at the end.
        }
      }
    }
  }
}

package dev.mptunnel.client;

import dev.mptunnel.config.ClientProxy;
import dev.mptunnel.config.ClientTcp;
import dev.mptunnel.config.HostPort;
import dev.mptunnel.core.TunnelKey;
import dev.mptunnel.net.Addresses;
import dev.mptunnel.net.Engine;
import dev.mptunnel.net.StreamEngine;
import dev.mptunnel.net.StreamOptions;
import dev.mptunnel.net.StriperDriver;
import dev.mptunnel.net.TunnelSocket;
import dev.mptunnel.observe.Figures;
import dev.mptunnel.stream.StreamBuffers;
import dev.mptunnel.stream.TunnelLink;
import dev.mptunnel.stream.TunnelReport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * What carries TCP: the sockets that applications connect to, and the tunnels, so many over each
 * bridge, each dialled again when it is gone. On the thread of an engine of its own, but where it
 * says otherwise.
 */
final class ClientStreams {

  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long LAST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** A tunnel that was there for so long was a good one: when it is gone, it is dialled at once. */
  private static final long GOOD_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final StreamEngine engine;
  private final RandomGenerator random;
  private final ClientLog log;
  private final Runnable onDoubt;
  private final Host host;
  private final int tunnels;
  private final String congestionControl;
  private final StreamBuffers buffers = new StreamBuffers();
  private final StriperDriver driver;
  private final List<Slot> slots = new ArrayList<>();
  private final List<Entry> entries = new ArrayList<>();
  private final Engine.EngineTimer redial;
  private final Proxy proxy;
  private TunnelKey key;
  private int nextTunnel;
  private boolean saidUp;
  private boolean closed;

  /**
   * Where applications connect to.
   *
   * @param target the name of the server's target that it is for; empty for the fixed one
   */
  private record Entry(StreamEngine.StreamListener listener, String target) {}

  /**
   * @param onDoubt called when the server does not take tunnels that it should take; on the
   *     engine's thread
   * @param host the program that it runs in, or null for one of its own
   */
  ClientStreams(
      StreamEngine engine,
      ClientTcp config,
      ClientProxy proxied,
      Associations associations,
      RandomGenerator random,
      ClientLog log,
      Runnable onDoubt,
      Host host) {
    this.engine = engine;
    this.random = random;
    this.log = log;
    this.onDoubt = onDoubt;
    this.host = host;
    tunnels = config.tunnels();
    congestionControl = engine.orSystem(config.sockets().congestionControl(), log::warn);
    redial = engine.newTimer(this::dialDue);
    driver =
        new StriperDriver(
            engine,
            true,
            config.patienceNanos(),
            host == null ? StriperDriver.newRoom() : host.room(),
            this,
            buffers,
            new Listener());
    proxy = new Proxy(engine, driver, associations, proxied.user(), log);
  }

  StriperDriver driver() {
    return driver;
  }

  private void tellTunnels() {
    if (host != null) {
      host.tunnels(driver.tunnels(), driver.remotes());
    }
  }

  /** Adds the tunnels over a bridge, before anything starts. @return what to call the bridge by */
  int addBridge(String name, StreamOptions options) {
    Bridge bridge = new Bridge(name, options.asTunnel(congestionControl));
    for (int i = 0; i < tunnels; i++) {
      slots.add(new Slot(bridge, tunnels == 1 ? name : name + "/" + (i + 1)));
    }
    return slots.size() / tunnels - 1;
  }

  /** Opens the sockets that applications connect to. From any thread. */
  void listen(ClientTcp config, ClientProxy proxied) throws IOException {
    proxy.listen(proxied);
    for (var target : config.listen().entrySet()) {
      for (HostPort address : target.getValue()) {
        entries.add(
            new Entry(
                engine.listen(
                    StreamOptions.at(Addresses.local(address)),
                    application -> driver.open(application, target.getKey())),
                target.getKey()));
      }
    }
  }

  /** Where applications connect to, with the ports that were really given. From any thread. */
  List<InetSocketAddress> listening() {
    return entries.stream().map(entry -> entry.listener().localAddress()).toList();
  }

  /** Where its proxy is. From any thread. */
  List<InetSocketAddress> listeningProxy() {
    return proxy.listening();
  }

  /** The same in words. From any thread. */
  String text() {
    List<String> words = new ArrayList<>();
    for (Entry entry : entries) {
      String target = entry.target().isEmpty() ? "" : entry.target() + " ";
      words.add(target + Addresses.text(entry.listener().localAddress()));
    }
    List<String> kinds = new ArrayList<>();
    if (!words.isEmpty()) {
      kinds.add("TCP on " + String.join(", ", words));
    }
    if (!proxy.listening().isEmpty()) {
      kinds.add("SOCKS and HTTP on " + Addresses.texts(proxy.listening()));
    }
    return String.join(", ", kinds) + " by " + engine.name();
  }

  /** The bridge is there. From any thread. */
  void onResolved(int bridge, InetSocketAddress address) {
    engine.execute(
        () -> {
          slots.get(bridge * tunnels).bridge.address = address;
          dialDue();
        });
  }

  /**
   * Tunnels over the bridge that are dialled from now on stay on a network interface; null for
   * none. From any thread.
   */
  void stayOn(int bridge, String device) {
    engine.execute(
        () -> {
          Bridge its = slots.get(bridge * tunnels).bridge;
          its.options = its.options.keptOn(device);
        });
  }

  /** The server is there; tunnels join by this from now on. From any thread. */
  void onKey(TunnelKey now) {
    engine.execute(
        () -> {
          boolean isAnother = key == null || key.epoch() != now.epoch();
          key = now;
          if (isAnother) {
            slots.forEach(Slot::hasten);
          }
          dialDue();
        });
  }

  /** The server has closed. From any thread. */
  void onSessionClosed() {
    engine.execute(() -> key = null);
  }

  private void dialDue() {
    if (key == null || closed) {
      return;
    }
    long now = engine.nanoTime();
    long next = Long.MAX_VALUE;
    for (Slot slot : slots) {
      if (slot.tunnel == null && slot.bridge.address != null) {
        if (now >= slot.dialNanos) {
          slot.dial(now);
        } else {
          next = Math.min(next, slot.dialNanos);
        }
      }
    }
    if (next != Long.MAX_VALUE) {
      redial.set(next);
    }
  }

  /** The figures. From any thread. */
  CompletableFuture<TunnelReport> report() {
    return CompletableFuture.supplyAsync(driver::report, engine::execute);
  }

  /** What is at the proxy, with so many sockets for UDP. From any thread. */
  CompletableFuture<Figures.Proxy> proxyFigures(int associations) {
    return engine.call(() -> proxy.figures(associations));
  }

  /** Resets all connections and closes all. From any thread; returns when done. */
  void close() {
    Runnable closeAll =
        () -> {
          closed = true;
          redial.cancel();
          proxy.close();
          driver.close();
          entries.forEach(entry -> entry.listener().close());
        };
    CompletableFuture.runAsync(closeAll, engine::execute).join();
  }

  /** Where tunnels lead through. */
  private static final class Bridge {

    private final String name;
    private StreamOptions options;
    private InetSocketAddress address;
    private String troubleTold;

    Bridge(String name, StreamOptions options) {
      this.name = name;
      this.options = options;
    }
  }

  /** The place of a tunnel: one after the other. */
  private final class Slot implements TunnelSocket.Owner {

    private final Bridge bridge;
    private final String name;
    private TunnelSocket tunnel;
    private boolean isJoined;
    private long joinedNanos;
    private long pauseNanos = FIRST_PAUSE_NANOS;
    private long dialNanos = Long.MIN_VALUE;

    Slot(Bridge bridge, String name) {
      this.bridge = bridge;
      this.name = name;
    }

    void hasten() {
      pauseNanos = FIRST_PAUSE_NANOS;
      dialNanos = Long.MIN_VALUE;
    }

    void dial(long now) {
      isJoined = false;
      TunnelLink link =
          TunnelLink.dialled(
              buffers, now, key.sessionId(), key.epoch(), key.secret(), nextTunnel++, random);
      tunnel = driver.dial(bridge.address, bridge.options, name, link, this);
    }

    @Override
    public void onJoined(TunnelSocket joined) {
      isJoined = true;
      joinedNanos = engine.nanoTime();
      bridge.troubleTold = null;
      tellTunnels();
      if (!saidUp) {
        saidUp = true;
        log.tunnelsUp();
      }
    }

    @Override
    public void onLeft(TunnelSocket left, IOException cause) {
      tunnel = null;
      tellTunnels();
      if (closed) {
        return;
      }
      long now = engine.nanoTime();
      if (isJoined) {
        hasten(); // the server is there, whatever cuts tunnels
      }
      if (!isJoined || now - joinedNanos < GOOD_NANOS) {
        dialNanos = now + (long) (pauseNanos * (0.75 + random.nextDouble() / 2));
        pauseNanos = Math.min(2 * pauseNanos, LAST_PAUSE_NANOS);
      }
      tell(cause);
      onDoubt.run();
      dialDue();
    }

    private void tell(IOException cause) {
      if (!isJoined && cause != null && !cause.getMessage().equals(bridge.troubleTold)) {
        bridge.troubleTold = cause.getMessage();
        log.tunnelTrouble(bridge.name, cause.getMessage());
      }
      if (saidUp && driver.tunnels() == 0) {
        saidUp = false;
        log.tunnelsDown();
      }
    }
  }

  private final class Listener implements StriperDriver.Listener {

    @Override
    public void allReset(int connections, Why why) {
      log.connectionsReset(connections, why);
    }
  }
}

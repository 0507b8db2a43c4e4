package dev.mptunnel.client;

import dev.mptunnel.config.ClientProxy;
import dev.mptunnel.config.ClientTcp;
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
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
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
  private int tunnels;
  private final String congestionControl;
  private final StreamBuffers buffers = new StreamBuffers();
  private final StriperDriver driver;
  private final List<Bridge> bridges = new ArrayList<>();
  private final List<Entry> entries = new CopyOnWriteArrayList<>();
  private final Engine.EngineTimer redial;
  private final Proxy proxy;
  private TunnelKey key;
  private int nextTunnel;
  private boolean saidUp;
  private boolean closed;

  /** Where applications connect to. */
  private static final class Entry {

    private StreamEngine.StreamListener listener;
    private volatile ListenPlace place;

    Entry(ListenPlace place) {
      this.place = place;
    }

    ListenPlace place() {
      return place;
    }

    String target() {
      return place.target();
    }
  }

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

  /** Adds the tunnels over a bridge. From any thread. */
  Bridge addBridge(String name, StreamOptions options) {
    Bridge bridge = new Bridge(name, options.asTunnel(congestionControl));
    engine.execute(
        () -> {
          bridges.add(bridge);
          bridge.setTunnels();
          dialDue();
        });
    return bridge;
  }

  /** So many tunnels lead over each bridge from now on. From any thread. */
  void setTunnels(int count) {
    engine.execute(
        () -> {
          if (tunnels != count) {
            tunnels = count;
            bridges.forEach(Bridge::setTunnels);
            dialDue();
          }
        });
  }

  /**
   * Opens the sockets that applications connect to, where these are not open yet. From any thread
   * but the engine's.
   *
   * @param changes is told what is new, in a few words each
   * @return what closes them again, should that be needed
   * @throws IOException when one cannot be opened, and so none is; the message is for the user
   */
  Runnable listen(ClientTcp config, ClientProxy proxied, List<String> changes) throws IOException {
    List<ListenPlace> wanted = wanted(config);
    Map<ListenPlace, Entry> known = ListenPlace.match(wanted, entries, Entry::place);
    List<Entry> opened = new ArrayList<>();
    Runnable undo =
        () -> {
          entries.removeAll(opened);
          opened.forEach(entry -> entry.listener.close());
        };
    boolean done = false;
    try {
      for (ListenPlace place : wanted) {
        if (!known.containsKey(place)) {
          opened.add(open(new Entry(place)));
          changes.add("listen-tcp " + place + " added");
        }
      }
      Runnable undoProxy = proxy.listen(proxied, changes);
      done = true;
      return () -> {
        undo.run();
        undoProxy.run();
      };
    } finally {
      if (!done) {
        undo.run();
      }
    }
  }

  private Entry open(Entry entry) throws IOException {
    entry.listener =
        engine.listen(
            StreamOptions.at(Addresses.local(entry.place.place())),
            application -> driver.open(application, entry.target()));
    entries.add(entry);
    return entry;
  }

  private static List<ListenPlace> wanted(ClientTcp config) {
    List<ListenPlace> wanted = new ArrayList<>();
    config
        .listen()
        .forEach(
            (name, places) -> places.forEach(place -> wanted.add(new ListenPlace(place, name))));
    return wanted;
  }

  /**
   * Closes the sockets that are not among these any more, whose connections go on, and has the
   * others lead where these do. From any thread.
   *
   * @param changes is told what has changed, in a few words each
   */
  void keepListening(ClientTcp config, ClientProxy proxied, List<String> changes) {
    Map<ListenPlace, Entry> kept = ListenPlace.match(wanted(config), entries, Entry::place);
    for (Entry entry : List.copyOf(entries)) {
      if (!kept.containsValue(entry)) {
        entries.remove(entry);
        entry.listener.close();
        changes.add("listen-tcp " + entry.place + " removed");
      }
    }
    kept.forEach(
        (place, entry) -> {
          if (!entry.place.leadsAs(place)) {
            entry.place = place;
            changes.add("listen-tcp " + place.place() + " leads to another target");
          }
        });
    proxy.keepListening(proxied, changes);
  }

  /** Where applications connect to, with the ports that were really given. From any thread. */
  List<InetSocketAddress> listening() {
    return entries.stream().map(entry -> entry.listener.localAddress()).toList();
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
      words.add(target + Addresses.text(entry.listener.localAddress()));
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

  /** The server is there; tunnels join by this from now on. From any thread. */
  void onKey(TunnelKey now) {
    engine.execute(
        () -> {
          boolean isAnother = key == null || key.epoch() != now.epoch();
          boolean isOfAnother = isAnother && key != null && key.sessionId() != now.sessionId();
          key = now;
          if (isAnother) {
            slots().forEach(Slot::hasten);
          }
          if (isOfAnother) {
            slots().forEach(Slot::hangUp);
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
    for (Slot slot : slots()) {
      if (slot.tunnel == null && slot.bridge.isDialled()) {
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

  private List<Slot> slots() {
    return bridges.stream().flatMap(bridge -> bridge.slots.stream()).toList();
  }

  /** The figures. From any thread. */
  CompletableFuture<TunnelReport> report() {
    return CompletableFuture.supplyAsync(driver::report, engine::execute);
  }

  /** What is at the proxy, with so many sockets for UDP. From any thread. */
  CompletableFuture<Figures.Proxy> proxyFigures(int associations) {
    return engine.call(() -> proxy.figures(associations));
  }

  /** Whether it is one. From any thread. */
  boolean isProxy() {
    return !proxy.listening().isEmpty();
  }

  /** Resets all connections and closes all. From any thread; returns when done. */
  void close() {
    Runnable closeAll =
        () -> {
          closed = true;
          redial.cancel();
          proxy.close();
          driver.close();
          entries.forEach(entry -> entry.listener.close());
        };
    CompletableFuture.runAsync(closeAll, engine::execute).join();
  }

  /** Where tunnels lead through. On the thread of TCP, but where it says otherwise. */
  final class Bridge {

    private final String name;
    private final List<Slot> slots = new ArrayList<>();
    private StreamOptions options;
    private boolean isPaused;
    private InetSocketAddress address;
    private String troubleTold;

    Bridge(String name, StreamOptions options) {
      this.name = name;
      this.options = options;
    }

    private boolean isDialled() {
      return address != null && !isPaused;
    }

    private void setTunnels() {
      while (slots.size() > tunnels) {
        slots.removeLast().retire();
      }
      while (slots.size() < tunnels) {
        slots.add(new Slot(this, tunnels == 1 ? name : name + "/" + (slots.size() + 1)));
      }
    }

    /** It is there. From any thread. */
    void onResolved(InetSocketAddress now) {
      engine.execute(
          () -> {
            address = now;
            dialDue();
          });
    }

    /**
     * Tunnels over it that are dialled from now on stay on a network interface; null for none. From
     * any thread.
     */
    void stayOn(String device) {
      engine.execute(() -> options = options.keptOn(device));
    }

    /**
     * No tunnel leads over it from now on, or they do again; what they had under way goes out on
     * others. From any thread.
     */
    void pause(boolean isPausedNow) {
      engine.execute(
          () -> {
            isPaused = isPausedNow;
            if (isPaused) {
              slots.forEach(Slot::hangUp);
            }
            dialDue();
          });
    }

    /** It is no more. From any thread. */
    void remove() {
      engine.execute(
          () -> {
            bridges.remove(this);
            slots.forEach(Slot::retire);
          });
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
    private boolean retired;

    Slot(Bridge bridge, String name) {
      this.bridge = bridge;
      this.name = name;
    }

    void hasten() {
      pauseNanos = FIRST_PAUSE_NANOS;
      dialNanos = Long.MIN_VALUE;
    }

    /** What its tunnel had under way goes out on others; it is dialled again if that may be. */
    void hangUp() {
      hasten();
      if (tunnel != null) {
        tunnel.abort();
      }
    }

    /** It is of no use any more. */
    void retire() {
      retired = true;
      if (tunnel == null) {
        forget();
      } else {
        tunnel.abort();
      }
    }

    /** What it has carried is not to be known any more, unless another one has its name. */
    private void forget() {
      if (slots().stream().noneMatch(each -> each.name.equals(name))) {
        driver.forget(name);
      }
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
      if (retired) {
        forget();
      }
      if (retired || bridge.isPaused) {
        tellIfNoneIsLeft();
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
      tellIfNoneIsLeft();
    }

    private void tellIfNoneIsLeft() {
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

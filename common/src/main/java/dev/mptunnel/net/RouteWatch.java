package dev.mptunnel.net;

import dev.mptunnel.net.Routes.Device;
import dev.mptunnel.net.Routes.Query;
import dev.mptunnel.net.Routes.Route;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Keeps a tunnel out of itself. A VPN that runs over the tunnel and takes all traffic takes the
 * tunnel's own packets too, and hands each back as a new one, without end. So every path stays on
 * the interface that its route leads out of, and follows the routing table from one to another, but
 * not into a tunnel device that appeared when it led elsewhere; it says so when that would be.
 *
 * <p>Whoever runs the tunnel over another VPN on purpose is left alone: a tunnel device that was
 * there before anything led elsewhere is used, and so is one that the path is bound to. Why it is
 * so: docs/decisions/0009. Only where the kernel can be asked, which is on Linux. Used on the
 * engine's thread.
 */
public final class RouteWatch implements AutoCloseable {

  /** A path as far as it concerns the routing. */
  public interface Way {

    /** What people call it. */
    String name();

    /** Where its packets go; null while that is not known. */
    InetAddress remote();

    /** How its socket was opened. */
    PortOptions options();

    /** Whether answers come from there. */
    boolean isUp();

    /** Keeps what it sends on an interface; see {@link DatagramPort#stayOn}. */
    boolean stayOn(int interfaceIndex);
  }

  /** Told when the route of a path comes to lead into a tunnel device, and when it does no more. */
  public interface Listener {

    /** Once for each path and tunnel device. */
    void ledIntoTunnel(Way way, Detour detour);

    /**
     * After that, once.
     *
     * @param device the interface that the route leads out of now
     */
    void ledOut(Way way, String device);
  }

  /**
   * A route that leads into a tunnel device, and what leads past it.
   *
   * @param tunnel the device
   * @param kept the interface that the path is kept on; null if it does go into the tunnel
   * @param past the interface that the best route leads out of that is not a tunnel; null if there
   *     is none
   * @param gateway the next router of that route; null where the destination is on the link
   * @param mark a firewall mark that leads past the tunnel, or 0 if none is known
   */
  public record Detour(String tunnel, String kept, String past, InetAddress gateway, int mark) {

    /**
     * What keeps the VPN's own packets out of it, ready to be copied.
     *
     * @param to where the path leads
     */
    public String remedy(InetAddress to) {
      boolean ipv6 = to instanceof Inet6Address;
      String address = Addresses.text(to);
      String inVpn;
      if (mark != 0) {
        inVpn = "set 'fwmark = " + Integer.toUnsignedString(mark) + "' here";
      } else if (ipv6) {
        inVpn = "add 'route-ipv6 " + address + "/128 net_gateway_ipv6' to OpenVPN's configuration";
      } else {
        inVpn =
            "add 'route " + address + " 255.255.255.255 net_gateway' to OpenVPN's configuration";
      }
      if (past == null) {
        return inVpn;
      }
      String via = gateway == null ? "" : " via " + Addresses.text(gateway);
      String command = (ipv6 ? "ip -6" : "ip") + " route add " + address + via;
      return inVpn + " or run '" + command + " dev " + past + "'";
    }
  }

  /**
   * A path that is kept on its interface has no haste; but that one may vanish, and the path's
   * packets with it until the next look.
   */
  private static final long INTERVAL_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /**
   * By hand: the JVM's cache of classes has nothing of what {@link Comparator} would put together.
   */
  private static final Comparator<Route> BEST_FIRST =
      (one, other) ->
          one.prefixBits() != other.prefixBits()
              ? Integer.compare(other.prefixBits(), one.prefixBits())
              : Integer.compareUnsigned(one.metric(), other.metric());

  private final Routes routes;
  private final DatagramEngine engine;
  private final Engine.EngineTimer timer;
  private final Listener listener;
  private final List<Watched> watched = new ArrayList<>();

  /** Tunnel devices that a path is bound to, or that brought answers while none led elsewhere. */
  private final Set<String> trusted = new HashSet<>();

  private boolean closed;

  /** Whether any path has ever led past the tunnel devices that are not trusted. */
  private boolean elsewhere;

  RouteWatch(Routes routes, DatagramEngine engine, Listener listener) {
    this.routes = routes;
    this.engine = engine;
    this.listener = listener;
    timer = engine.newTimer(this::check);
  }

  /** A watch over no path yet; null where the kernel cannot be asked about its routes. */
  public static RouteWatch orNull(DatagramEngine engine, Listener listener) {
    try {
      return new RouteWatch(KernelRoutes.open(), engine, listener);
    } catch (IOException e) {
      return null;
    }
  }

  /**
   * Watches this path too, from the next {@link #check}. One that is bound to an interface stays
   * there by itself, whatever that is.
   */
  public void add(Way way) {
    String bound = way.options().device();
    if (bound == null) {
      watched.add(new Watched(way));
    } else {
      boolean isTunnel =
          routes.devices().stream().anyMatch(d -> d.name().equals(bound) && d.tunnel());
      if (isTunnel) {
        trusted.add(bound);
      } else {
        elsewhere = true; // or will be, once the interface is there
      }
    }
  }

  /** Watches this path no more. */
  public void remove(Way way) {
    watched.removeIf(each -> each.way.equals(way));
  }

  /**
   * Looks at all paths now, as when one has come to lead to another address, and then regularly.
   */
  public void check() {
    if (closed) {
      return;
    }
    watched.forEach(Watched::look);
    elsewhere |= watched.stream().anyMatch(Watched::leadsOut);
    watched.forEach(Watched::act);
    timer.set(engine.nanoTime() + INTERVAL_NANOS);
  }

  private boolean isTunnel(Device device) {
    return device.tunnel() && !trusted.contains(device.name());
  }

  @Override
  public void close() {
    closed = true;
    timer.cancel();
    routes.close();
  }

  private final class Watched {

    private final Way way;

    /** What the kernel would send by now, if the path were not kept; null if nothing. */
    private Device leadsTo;

    /** Where the path is kept, or null. */
    private Device kept;

    /** The tunnel device that the listener was told of, or null. */
    private String told;

    Watched(Way way) {
      this.way = way;
    }

    void look() {
      // A link-local address says itself which interface it is on.
      boolean open = way.remote() != null && !way.remote().isLinkLocalAddress();
      Route route = open ? routes.find(query(way.options().mark())) : null;
      leadsTo = route == null ? null : routes.device(route.interfaceIndex());
    }

    private Query query(int mark) {
      InetAddress local = way.options().local().getAddress();
      return new Query(way.remote(), local.isAnyLocalAddress() ? null : local, mark);
    }

    /** Whether it leads into a tunnel device that nobody has said it should. */
    boolean isSwallowed() {
      return isTunnel(leadsTo) && !routes.has(leadsTo, way.options().local().getAddress());
    }

    /**
     * Whether it leads out of this machine past all tunnel devices. One to a bridge on this machine
     * tells nothing of how that one sends on.
     */
    boolean leadsOut() {
      return leadsTo != null && !leadsTo.loopback() && !leadsTo.tunnel();
    }

    void act() {
      if (leadsTo == null) {
        return;
      }
      if (!isSwallowed()) {
        keepOn(leadsTo);
        tellOut();
      } else if (elsewhere) {
        Route past = routePast();
        Device device = past == null ? null : routes.device(past.interfaceIndex());
        if (device != null) {
          keepOn(device);
        } // else it stays where nothing leads any more, rather than go into the tunnel
        tell(kept, past);
      } else {
        if (way.isUp()) {
          trusted.add(leadsTo.name());
        }
        tell(null, routePast());
      }
    }

    /**
     * The interface that the path was on is the one that it worked on: kept while it leads there.
     */
    private Route routePast() {
      Query query = query(way.options().mark());
      Route stay = kept == null ? null : routes.findOn(kept.index(), query);
      if (stay != null) {
        return stay;
      }
      return routes.devices().stream()
          .filter(device -> !isTunnel(device) && !device.loopback())
          .map(device -> routes.findOn(device.index(), query))
          .filter(route -> route != null)
          .min(BEST_FIRST)
          .orElse(null);
    }

    private void keepOn(Device device) {
      if (kept == null || kept.index() != device.index()) {
        if (way.stayOn(device.loopback() ? 0 : device.index())) {
          kept = device;
        }
      }
    }

    private void tell(Device stays, Route past) {
      if (leadsTo.name().equals(told)) {
        return;
      }
      told = leadsTo.name();
      Device pastDevice = past == null ? null : routes.device(past.interfaceIndex());
      listener.ledIntoTunnel(
          way,
          new Detour(
              told,
              stays == null ? null : stays.name(),
              pastDevice == null ? null : pastDevice.name(),
              past == null ? null : past.gateway(),
              markThatPasses()));
    }

    private int markThatPasses() {
      int mark = routes.sparedMark();
      Route marked = mark == 0 ? null : routes.find(query(mark));
      Device device = marked == null ? null : routes.device(marked.interfaceIndex());
      return device == null || isTunnel(device) ? 0 : mark;
    }

    private void tellOut() {
      if (told != null && !told.equals(leadsTo.name())) {
        listener.ledOut(way, leadsTo.name());
        told = null;
      }
    }
  }
}

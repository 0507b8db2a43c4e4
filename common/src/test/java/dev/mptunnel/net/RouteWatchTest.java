package dev.mptunnel.net;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mptunnel.net.Routes.Device;
import dev.mptunnel.net.Routes.Query;
import dev.mptunnel.net.Routes.Route;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What a path does when its route moves, on a host whose routing the test writes down. */
final class RouteWatchTest {

  private static final InetAddress BRIDGE = InetAddress.ofLiteral("198.51.100.1");
  private static final InetAddress ROUTER = InetAddress.ofLiteral("192.168.1.1");
  private static final Device DSL = new Device(2, "eth0", false, false);
  private static final Device LTE = new Device(3, "wwan0", false, false);
  private static final Device VPN = new Device(4, "tun0", true, false);
  private static final Device OTHER_VPN = new Device(5, "tun1", true, false);

  private final Host host = new Host();
  private final List<String> told = new ArrayList<>();
  private final RouteWatch watch = new RouteWatch(host, new NoTime(), new Told());

  @Test
  void aVpnThatTakesAllTrafficDoesNotGetThePathAndItsUserIsToldOnce() {
    host.ways(DSL, VPN);
    BridgeWay way = watched(null);
    host.leadsInto(DSL);
    check();
    check();
    assertEquals(List.of("eth0"), way.kept, "at first it is where the kernel sends it");

    host.leadsInto(VPN);
    check();
    check();
    assertEquals(List.of("eth0"), way.kept);
    assertEquals(List.of("bridge into tun0, kept on eth0, past by eth0 via /192.168.1.1"), told);

    host.leadsInto(DSL);
    check();
    check();
    assertEquals("bridge out of eth0", told.getLast());
    assertEquals(2, told.size());
  }

  @Test
  void aPathFollowsTheRoutingTableFromOneLineToAnotherBelowTheVpnToo() {
    host.ways(DSL, LTE, VPN);
    BridgeWay way = watched(null);
    host.leadsInto(DSL);
    check();
    host.leadsInto(LTE);
    check();
    host.leadsInto(VPN);
    check();
    assertEquals(List.of("eth0", "wwan0"), way.kept, "not back to the better metric");

    host.ways(DSL, VPN);
    check();
    assertEquals(List.of("eth0", "wwan0", "eth0"), way.kept, "the line is gone");
    host.ways(VPN);
    check();
    assertEquals("eth0", way.kept.getLast(), "nothing else is left, and still not into the VPN");
  }

  @Test
  void aLineThatGoesAwayUnderTheVpnDoesNotSendThePathIntoIt() {
    host.ways(DSL, VPN);
    BridgeWay way = watched(null);
    host.leadsInto(DSL);
    check();
    host.ways(VPN);
    host.leadsInto(VPN);
    check();
    assertEquals(List.of("eth0"), way.kept);
    assertEquals(List.of("bridge into tun0, kept on eth0"), told);
  }

  @Test
  void anEngineThatCannotKeepAPathSaysThatItGoesIn() {
    host.ways(DSL, VPN);
    BridgeWay way = watched(null);
    way.canStay = false;
    host.leadsInto(DSL);
    check();
    host.leadsInto(VPN);
    check();
    assertEquals(List.of("bridge into tun0, past by eth0 via /192.168.1.1"), told);
  }

  @Test
  void aVpnThatWasThereBeforeIsUsedAndMayComeAndGo() {
    host.ways(DSL, VPN);
    BridgeWay way = watched(null);
    host.leadsInto(VPN);
    check();
    assertEquals(List.of("bridge into tun0, past by eth0 via /192.168.1.1"), told);
    assertEquals(List.of(), way.kept);

    way.up = true;
    check();
    check();
    host.leadsInto(DSL);
    check();
    host.leadsInto(VPN);
    check();
    assertEquals(List.of("tun0", "eth0", "tun0"), way.kept);
    assertEquals("bridge out of eth0", told.getLast());

    host.ways(DSL, VPN, OTHER_VPN);
    host.leadsInto(OTHER_VPN);
    check();
    assertEquals("tun0", way.kept.getLast());
    assertEquals("bridge into tun1, kept on tun0, past by tun0 via /192.168.1.1", told.getLast());
  }

  @Test
  void aVpnThatNeverBroughtAnAnswerIsNotTakenForAnother() {
    host.ways(DSL, VPN);
    BridgeWay way = watched(null);
    host.leadsInto(VPN);
    check();
    host.leadsInto(DSL);
    check();
    host.leadsInto(VPN);
    way.up = true;
    check();
    assertEquals(List.of("eth0"), way.kept);
  }

  @Test
  void aPathBesideOneThatLeadsElsewhereStaysOutFromTheBeginning() {
    host.ways(DSL, VPN);
    BridgeWay bound = watched("eth0");
    BridgeWay way = watched(null);
    host.leadsInto(VPN);
    check();
    assertEquals(List.of("eth0"), way.kept);
    assertEquals(List.of(), bound.kept, "bound by itself");
    assertEquals(List.of("bridge into tun0, kept on eth0, past by eth0 via /192.168.1.1"), told);
  }

  @Test
  void aPathFromTheTunnelsOwnAddressIsMeantToBeThere() {
    host.ways(DSL, VPN);
    host.ownerOfLocal = VPN;
    BridgeWay way = watched(null);
    watched("eth0");
    host.leadsInto(VPN);
    check();
    assertEquals(List.of("tun0"), way.kept);
    assertEquals(List.of(), told);
  }

  @Test
  void aTunnelThatAnyPathIsBoundToIsMeantForAll() {
    host.ways(DSL, VPN);
    watched("tun0");
    BridgeWay way = watched(null);
    host.leadsInto(DSL);
    check();
    host.leadsInto(VPN);
    check();
    assertEquals(List.of("eth0", "tun0"), way.kept);
    assertEquals(List.of(), told);
  }

  @Test
  void aMarkThatLeadsPastTheVpnIsNamed() {
    host.ways(DSL, VPN);
    watched(null);
    host.leadsInto(VPN);
    host.sparedMark = 0xca6c;
    check();
    assertEquals(List.of("bridge into tun0, past by eth0 via /192.168.1.1, mark 51820"), told);
  }

  private BridgeWay watched(String device) {
    BridgeWay way = new BridgeWay(device);
    watch.add(way);
    return way;
  }

  private void check() {
    watch.check();
  }

  private final class Told implements RouteWatch.Listener {

    @Override
    public void ledIntoTunnel(RouteWatch.Way way, RouteWatch.Detour detour) {
      told.add(
          way.name()
              + " into "
              + detour.tunnel()
              + (detour.kept() == null ? "" : ", kept on " + detour.kept())
              + (detour.past() == null ? "" : ", past by " + detour.past())
              + (detour.gateway() == null ? "" : " via " + detour.gateway())
              + (detour.mark() == 0 ? "" : ", mark " + detour.mark()));
    }

    @Override
    public void ledOut(RouteWatch.Way way, String device) {
      told.add(way.name() + " out of " + device);
    }
  }

  private final class BridgeWay implements RouteWatch.Way {

    private final PortOptions options;

    /** Where it was told to stay, in order. */
    private final List<String> kept = new ArrayList<>();

    private boolean up;
    private boolean canStay = true;

    BridgeWay(String device) {
      options = PortOptions.at(Addresses.literal("0.0.0.0")).withDevice(device);
    }

    @Override
    public String name() {
      return "bridge";
    }

    @Override
    public InetAddress remote() {
      return BRIDGE;
    }

    @Override
    public PortOptions options() {
      return options;
    }

    @Override
    public boolean isUp() {
      return up;
    }

    @Override
    public boolean stayOn(int interfaceIndex) {
      kept.add(host.device(interfaceIndex).name());
      return canStay;
    }
  }

  /** An engine whose timers never ring: the test itself says when to look. */
  private static final class NoTime implements DatagramEngine {

    @Override
    public String name() {
      return "none";
    }

    @Override
    public DatagramPort open(PortOptions options, DatagramHandler handler) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void execute(Runnable task) {
      task.run();
    }

    @Override
    public <T> CompletableFuture<T> call(Callable<T> work) {
      try {
        return CompletableFuture.completedFuture(work.call());
      } catch (Exception e) {
        return CompletableFuture.failedFuture(e);
      }
    }

    @Override
    public CompletableFuture<Void> ended() {
      return new CompletableFuture<>();
    }

    @Override
    public EngineTimer newTimer(Runnable task) {
      return new EngineTimer() {
        @Override
        public void set(long atNanos) {}

        @Override
        public void cancel() {}
      };
    }

    @Override
    public long nanoTime() {
      return 0;
    }

    @Override
    public void close() {}
  }

  /** A default route out of each of some devices, and one that the kernel prefers. */
  private static final class Host implements Routes {

    private final Map<Integer, Device> devices = new HashMap<>();
    private List<Device> ways = List.of();
    private Device best;
    private Device ownerOfLocal;
    private int sparedMark;

    /** The best first. */
    void ways(Device... withRoutes) {
      ways = List.of(withRoutes);
      ways.forEach(device -> devices.put(device.index(), device));
    }

    void leadsInto(Device device) {
      best = device;
    }

    @Override
    public Route find(Query query) {
      Device device = query.mark() != 0 && query.mark() == sparedMark ? DSL : best;
      return new Route(device.index(), ROUTER, 0, 0);
    }

    @Override
    public Route findOn(int interfaceIndex, Query query) {
      int metric = ways.indexOf(devices.get(interfaceIndex));
      return metric < 0 ? null : new Route(interfaceIndex, ROUTER, 0, metric);
    }

    @Override
    public Device device(int index) {
      return devices.get(index);
    }

    @Override
    public boolean has(Device device, InetAddress address) {
      return device.equals(ownerOfLocal);
    }

    @Override
    public List<Device> devices() {
      return List.copyOf(devices.values());
    }

    @Override
    public int sparedMark() {
      return sparedMark;
    }

    @Override
    public void close() {}
  }
}

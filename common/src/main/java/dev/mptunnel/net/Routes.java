package dev.mptunnel.net;

import java.net.InetAddress;
import java.util.List;

/** The kernel's routing, as far as it must be known to keep a tunnel out of itself. */
interface Routes extends AutoCloseable {

  /**
   * What a packet would be routed by.
   *
   * @param from the address that its socket is bound to, or null
   * @param mark its firewall mark, or 0
   */
  record Query(InetAddress to, InetAddress from, int mark) {}

  /**
   * A route.
   *
   * @param interfaceIndex of the interface that it leads out of
   * @param gateway the next router, or null where the destination is on the link
   * @param prefixBits how many bits of the destination it fixes: the more, the better it is
   * @param metric of routes alike in that, the lower is the better one; unsigned
   */
  record Route(int interfaceIndex, InetAddress gateway, int prefixBits, int metric) {}

  /**
   * A network interface.
   *
   * @param tunnel whether what enters it comes out of a program here, or of the kernel, as other
   *     packets
   * @param loopback whether it leads back to this host
   */
  record Device(int index, String name, boolean tunnel, boolean loopback) {}

  /** Where the kernel would send such a packet; null where it would not, or cannot be asked. */
  Route find(Query query);

  /** The best route for such a packet out of one interface; null if there is none. */
  Route findOn(int interfaceIndex, Query query);

  /** The interface with this index; null if it has gone. */
  Device device(int index);

  /** Whether an address is one of the interface's. */
  boolean has(Device device, InetAddress address);

  /** The interfaces that are up. */
  List<Device> devices();

  /**
   * A mark that some rule of IPv4's spares from another table, as {@code not fwmark 0xca6c lookup
   * 51820} of wg-quick's does; 0 if there is none.
   */
  int sparedMark();

  @Override
  void close();
}

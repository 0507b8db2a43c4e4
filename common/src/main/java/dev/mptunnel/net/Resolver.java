package dev.mptunnel.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;

/** What names stand for. Asked on threads that may wait. */
@FunctionalInterface
public interface Resolver {

  /** As the system resolves them. */
  Resolver SYSTEM = host -> List.of(InetAddress.getAllByName(host));

  /**
   * All addresses of a name.
   *
   * @throws UnknownHostException where it has none, or that cannot be found out
   */
  List<InetAddress> resolve(String host) throws UnknownHostException;
}

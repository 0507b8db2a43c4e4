package dev.mptunnel.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * Linux's routing, by rtnetlink(7): the kernel itself says what it would do, with all its tables
 * and rules, and needs no privilege for that. A question takes some 10 µs.
 */
final class KernelRoutes implements Routes {

  private static final Path SYS_CLASS_NET = Path.of("/sys/class/net");
  private static final int MAX_DEVICES_KNOWN = 256;

  private static final int RTM_NEWROUTE = 24;
  private static final int RTM_GETROUTE = 26;
  private static final int RTM_NEWRULE = 32;
  private static final int RTM_GETRULE = 34;
  private static final int AF_INET = 2;
  private static final int AF_INET6 = 10;

  /** Of struct rtmsg and of struct fib_rule_hdr, which are alike in what is used here. */
  private static final int BODY_BYTES = 12;

  private static final int RTA_DST = 1;
  private static final int RTA_SRC = 2;
  private static final int RTA_OIF = 4;
  private static final int RTA_GATEWAY = 5;
  private static final int RTA_PRIORITY = 6;
  private static final int RTA_MARK = 16;
  private static final int FRA_FWMARK = 10;
  private static final int FIB_RULE_INVERT = 2;

  /**
   * Asks for the route itself and not for what becomes of a packet: for an interface without any
   * route there IPv4 would else assume that every destination is on its link.
   */
  private static final int RTM_F_FIB_MATCH = 0x2000;

  private final Netlink netlink;

  /** Indexes are not given again, so what was found once holds; a few hundred are kept. */
  private final Map<Integer, Device> known = new HashMap<>();

  private KernelRoutes(Netlink netlink) {
    this.netlink = netlink;
  }

  /**
   * The routing of this host.
   *
   * @throws IOException where the kernel cannot be asked
   */
  static KernelRoutes open() throws IOException {
    return new KernelRoutes(Netlink.open());
  }

  @Override
  public Route find(Query query) {
    return find(query, 0, 0);
  }

  @Override
  public Route findOn(int interfaceIndex, Query query) {
    return find(query, interfaceIndex, RTM_F_FIB_MATCH);
  }

  private Route find(Query query, int interfaceIndex, int flags) {
    byte[] to = query.to().getAddress();
    byte[] from = query.from() == null ? new byte[0] : query.from().getAddress();
    ByteBuffer message = netlink.message();
    message.put((byte) (to.length == 4 ? AF_INET : AF_INET6));
    message.put((byte) (8 * to.length)).put((byte) (8 * from.length));
    message.put(new byte[5]).putInt(flags);
    attribute(message, RTA_DST, to);
    if (from.length > 0) {
      attribute(message, RTA_SRC, from);
    }
    if (interfaceIndex != 0) {
      attribute(message, RTA_OIF, interfaceIndex);
    }
    if (query.mark() != 0) {
      attribute(message, RTA_MARK, query.mark());
    }
    Route[] found = new Route[1];
    ask(
        RTM_GETROUTE,
        0,
        message,
        answer -> {
          if (type(answer) == RTM_NEWROUTE) {
            found[0] = route(answer, interfaceIndex);
          }
          return false;
        });
    return found[0];
  }

  private static Route route(ByteBuffer answer, int askedInterface) {
    int prefixBits = Byte.toUnsignedInt(answer.get(answer.position() + Netlink.HEADER_BYTES + 1));
    Map<Integer, byte[]> attributes = attributes(answer);
    int interfaceIndex = number(answer, attributes.get(RTA_OIF), askedInterface);
    int metric = number(answer, attributes.get(RTA_PRIORITY), 0);
    byte[] gateway = attributes.get(RTA_GATEWAY);
    try {
      return new Route(
          interfaceIndex,
          gateway == null ? null : InetAddress.getByAddress(gateway),
          prefixBits,
          metric);
    } catch (UnknownHostException neither4Nor16Bytes) {
      return null;
    }
  }

  @Override
  public int sparedMark() {
    int[] mark = new int[1];
    ByteBuffer message = netlink.message();
    message.put((byte) AF_INET).put(new byte[BODY_BYTES - 1]);
    ask(
        RTM_GETRULE,
        Netlink.NLM_F_DUMP,
        message,
        answer -> {
          if (type(answer) != RTM_NEWRULE) {
            return false;
          }
          int flags = answer.getInt(answer.position() + Netlink.HEADER_BYTES + 8);
          if (mark[0] == 0 && (flags & FIB_RULE_INVERT) != 0) {
            mark[0] = number(answer, attributes(answer).get(FRA_FWMARK), 0);
          }
          return true;
        });
    return mark[0];
  }

  /** What cannot be asked is not known: a route that was not found. */
  private void ask(int type, int flags, ByteBuffer message, Predicate<ByteBuffer> answer) {
    try {
      netlink.ask(type, flags, message, answer);
    } catch (IOException unanswered) {
      known.clear();
    }
  }

  @Override
  public Device device(int index) {
    Device device = known.get(index);
    if (device == null) {
      try {
        NetworkInterface found = NetworkInterface.getByIndex(index);
        device = found == null ? null : device(found);
      } catch (SocketException gone) {
        return null;
      }
      if (known.size() >= MAX_DEVICES_KNOWN) {
        known.clear();
      }
      if (device != null) {
        known.put(index, device);
      }
    }
    return device;
  }

  @Override
  public boolean has(Device device, InetAddress address) {
    try {
      NetworkInterface found = NetworkInterface.getByInetAddress(address);
      return found != null && found.getIndex() == device.index();
    } catch (SocketException gone) {
      return false;
    }
  }

  private static Device device(NetworkInterface found) throws SocketException {
    return new Device(
        found.getIndex(),
        found.getName(),
        TunnelDevices.isTunnel(SYS_CLASS_NET.resolve(found.getName())),
        found.isLoopback());
  }

  @Override
  public List<Device> devices() {
    try {
      return NetworkInterface.networkInterfaces()
          .filter(KernelRoutes::isUp)
          .map(found -> device(found.getIndex()))
          .filter(Objects::nonNull)
          .toList();
    } catch (SocketException e) {
      return List.of();
    }
  }

  private static boolean isUp(NetworkInterface found) {
    try {
      return found.isUp();
    } catch (SocketException gone) {
      return false;
    }
  }

  private static int type(ByteBuffer answer) {
    return answer.getShort(answer.position() + 4);
  }

  private static void attribute(ByteBuffer message, int type, int value) {
    message.putShort((short) 8).putShort((short) type).putInt(value);
  }

  private static void attribute(ByteBuffer message, int type, byte[] value) {
    message.putShort((short) (4 + value.length)).putShort((short) type).put(value);
  }

  /** struct rtattr: length:16 type:16 value, each padded to 4 bytes. */
  private static Map<Integer, byte[]> attributes(ByteBuffer answer) {
    Map<Integer, byte[]> attributes = new HashMap<>();
    int at = answer.position() + Netlink.HEADER_BYTES + BODY_BYTES;
    while (at + 4 <= answer.limit()) {
      int bytes = Short.toUnsignedInt(answer.getShort(at));
      if (bytes < 4 || at + bytes > answer.limit()) {
        break;
      }
      byte[] value = new byte[bytes - 4];
      answer.get(at + 4, value);
      attributes.put(Short.toUnsignedInt(answer.getShort(at + 2)), value);
      at += bytes + 3 & ~3;
    }
    return attributes;
  }

  private static int number(ByteBuffer answer, byte[] value, int otherwise) {
    return value == null || value.length != 4
        ? otherwise
        : ByteBuffer.wrap(value).order(answer.order()).getInt();
  }

  @Override
  public void close() {
    netlink.close();
  }
}

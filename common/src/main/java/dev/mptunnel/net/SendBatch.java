package dev.mptunnel.net;

import dev.mptunnel.net.SendPool.Message;
import java.lang.foreign.Arena;

/** One call of sendmmsg(2). One is enough for all the sockets of a thread. */
final class SendBatch {

  private static final int MESSAGES = 64;
  private static final int MSG_DONTWAIT = 0x40;

  private final LinuxSockets calls;
  private final AddressCache addresses;
  private final MessageHeaders headers;

  SendBatch(LinuxSockets calls, AddressCache addresses, Arena arena) {
    this.calls = calls;
    this.addresses = addresses;
    headers = new MessageHeaders(arena, MESSAGES);
  }

  /**
   * Sends a message and those that follow it.
   *
   * @return how many messages the kernel took, or the negative of the first one's error number
   */
  int send(NativeSocket socket, Message first) {
    int count = 0;
    for (Message each = first; each != null && count < MESSAGES; each = each.next) {
      headers.setMemory(count, each.block.address + each.offset, each.bytes);
      int nameBytes = 0;
      if (each.remote != null) {
        long at = headers.nameOffset(count);
        nameBytes = addresses.write(each.remote, socket.ipv6(), headers.names(), at);
      }
      headers.setNameBytes(count, nameBytes);
      headers.setNoControl(count);
      if (each.datagrams > 1) {
        short bytes = (short) each.segmentBytes;
        headers.addControl(count, LinuxOptions.SOL_UDP, LinuxOptions.UDP_SEGMENT, bytes);
      }
      if (each.trafficClass != Message.OF_SOCKET) {
        addTrafficClass(count, each.trafficClass, socket.ipv6());
      }
      count++;
    }
    return calls.sendmmsg(socket.descriptor(), headers.array(), count, MSG_DONTWAIT);
  }

  /** An IPv6 socket sends to IPv4 addresses too, by IPv4's option; each ignores the other's. */
  private void addTrafficClass(int index, int trafficClass, boolean ipv6) {
    headers.addControl(index, LinuxOptions.IPPROTO_IP, LinuxOptions.IP_TOS, trafficClass);
    if (ipv6) {
      headers.addControl(index, LinuxOptions.IPPROTO_IPV6, LinuxOptions.IPV6_TCLASS, trafficClass);
    }
  }
}

package dev.mptunnel.net;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the kernel gave of the buffers that a socket asked for.
 *
 * @param receiveBytes of the one where datagrams wait to be read
 * @param sendBytes of the other one
 */
record SocketBuffers(int receiveBytes, int sendBytes) {

  private static final Logger LOG = LoggerFactory.getLogger(SocketBuffers.class);

  /** What has been said in this process, by its engines together. */
  private static final Set<String> SAID = ConcurrentHashMap.newKeySet();

  /** Says, once in a process for either buffer, if it is smaller, and how to have a larger one. */
  void sayIfLessThan(int askedBytes) {
    say("receive", receiveBytes, askedBytes, "net.core.rmem_max");
    say("send", sendBytes, askedBytes, "net.core.wmem_max");
  }

  private static void say(String which, int givenBytes, int askedBytes, String limit) {
    if (givenBytes < askedBytes && SAID.add(which)) {
      LOG.warn("{}", text(which, givenBytes, askedBytes, limit));
    }
  }

  static String text(String which, int givenBytes, int askedBytes, String limit) {
    return "the kernel gives sockets "
        + which
        + " buffers of "
        + givenBytes
        + " bytes instead of "
        + askedBytes
        + "; for more: sysctl -w "
        + limit
        + "="
        + askedBytes;
  }
}

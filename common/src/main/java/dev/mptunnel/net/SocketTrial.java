package dev.mptunnel.net;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.Locale;

/** Tries with a socket of its own what a program is going to do, and closes it again. */
public final class SocketTrial {

  private static final int UDP_ANSWER_MILLIS = 500;
  private static final int TCP_ANSWER_MILLIS = 3_000;

  private SocketTrial() {}

  /**
   * Listens.
   *
   * @return the system's word for what is wrong, or null
   */
  public static String listen(boolean tcp, InetSocketAddress at) {
    try {
      if (tcp) {
        try (ServerSocket socket = new ServerSocket()) {
          socket.setReuseAddress(true); // as servers do, for connections that have just ended
          socket.bind(at);
        }
      } else {
        try (DatagramSocket socket = new DatagramSocket(null)) {
          socket.setReuseAddress(false);
          socket.bind(at);
        }
      }
      return null;
    } catch (IOException e) {
      return text(e);
    }
  }

  /**
   * Sends a datagram of one byte, which means nothing to anybody; an empty one Java does not send.
   *
   * @return whether the host says that nobody listens there
   * @throws IOException where it cannot be sent at all
   */
  public static boolean isRefused(InetSocketAddress to) throws IOException {
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.connect(to);
      socket.setSoTimeout(UDP_ANSWER_MILLIS);
      socket.send(new DatagramPacket(new byte[1], 1));
      socket.receive(new DatagramPacket(new byte[1], 1));
      return false;
    } catch (PortUnreachableException e) {
      return true;
    } catch (SocketTimeoutException silent) {
      return false;
    }
  }

  /**
   * Connects.
   *
   * @return why that does not succeed, or null
   */
  public static String connect(InetSocketAddress to) {
    try (Socket socket = new Socket()) {
      socket.connect(to, TCP_ANSWER_MILLIS);
      return null;
    } catch (SocketTimeoutException e) {
      return "no answer";
    } catch (IOException e) {
      return text(e);
    }
  }

  private static String text(IOException e) {
    String message = e.getMessage() == null ? e.toString() : e.getMessage();
    return message.toLowerCase(Locale.ROOT);
  }
}

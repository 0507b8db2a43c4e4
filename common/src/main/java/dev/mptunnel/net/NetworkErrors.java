package dev.mptunnel.net;

import io.netty.channel.ChannelException;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.Errors.NativeIoException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.util.Locale;

/** The operating system's errors in words that a person can act on. */
final class NetworkErrors {

  private NetworkErrors() {}

  static IOException unavailable(String engine, Throwable cause) {
    Throwable root = cause;
    while (root != null && root.getCause() != null) {
      root = root.getCause();
    }
    String reason = root == null ? "not supported here" : firstLine(root);
    return new IOException("engine " + engine + " is not available: " + reason, cause);
  }

  static IOException noSuchInterface(String device) {
    return new IOException("interface " + device + ": no such interface");
  }

  static IOException bindToDevice(String device, Throwable cause) {
    String text = text(cause);
    if (text.contains("no such device")) {
      return noSuchInterface(device);
    }
    if (text.contains("not permitted")) {
      return new IOException(
          "interface "
              + device
              + ": not permitted; give its address instead, or run as root (CAP_NET_RAW)",
          cause);
    }
    return new IOException("interface " + device + ": " + text, cause);
  }

  static IOException mark(int mark, Throwable cause) {
    String text = text(cause);
    String why = text.contains("not permitted") ? "needs root or CAP_NET_ADMIN" : text;
    return new IOException("fwmark " + Integer.toUnsignedString(mark) + ": " + why, cause);
  }

  static IOException noMarkHere(int mark) {
    return new IOException(
        "fwmark "
            + Integer.toUnsignedString(mark)
            + ": not available with engine nio; take engine = native on Linux, or bind= elsewhere");
  }

  static IOException carriesNoMarks(String engine) {
    return new IOException(
        "dscp = copy and ecn = copy are not available with engine "
            + engine
            + "; take engine = native, on 64-bit Linux");
  }

  /** Why a congestion control cannot be had, and what to do about it. */
  static IOException congestionControl(String name, Throwable cause) {
    String text = text(cause);
    String remedy =
        text.contains("no such file")
            ? "this kernel does not have it; 'modprobe tcp_"
                + name
                + "', or see"
                + " net.ipv4.tcp_available_congestion_control for what it has"
            : text.contains("not permitted")
                ? "only root may choose it; 'sysctl -w"
                    + " net.ipv4.tcp_allowed_congestion_control=\"reno cubic "
                    + name
                    + "\"' lets everybody"
                : text;
    return new IOException("cc = " + name + ": " + remedy, cause);
  }

  /** Why a connection could not be made, as {@code 192.0.2.1:80: connection refused}. */
  static IOException connect(InetSocketAddress remote, Throwable cause) {
    if (cause instanceof ConnectException || cause instanceof IOException) {
      String text = cause instanceof ConnectTimeoutException ? "no answer" : text(cause);
      int end = text.indexOf(": " + remote);
      return new IOException(
          Addresses.text(remote) + ": " + (end < 0 ? text : text.substring(0, end)), cause);
    }
    return new IOException(Addresses.text(remote) + ": " + text(cause), cause);
  }

  /** Whether nobody listens there. */
  static boolean isNobodyThere(Throwable cause) {
    return cause != null && text(cause).contains("refused");
  }

  /** Why a socket could not be opened, as {@code 127.0.0.1:3000: address already in use}. */
  static IOException open(PortOptions options, Throwable cause) {
    String where = Addresses.text(options.local());
    String text = text(cause);
    if (text.contains("already in use")) {
      return new IOException(
          where + ": address already in use; end what listens there, or choose another port",
          cause);
    }
    if (text.contains("cannot assign")) {
      return new IOException(where + ": not an address of this host", cause);
    }
    if (text.contains("permission denied")) {
      int port = options.local().getPort();
      String hint =
          port > 0 && port < 1024 ? " (ports below 1024 need root or CAP_NET_BIND_SERVICE)" : "";
      return new IOException(where + ": permission denied" + hint, cause);
    }
    if (text.contains("address family not supported")) {
      return new IOException(where + ": this host has no such address family", cause);
    }
    if (text.contains("too many open files")) {
      return new IOException(where + ": too many open files; raise ulimit -n", cause);
    }
    String peer = options.remote() == null ? "" : " to " + Addresses.text(options.remote());
    return new IOException(where + peer + ": " + text, cause);
  }

  /** Whether this is an ICMP port unreachable that came for an earlier datagram. */
  static boolean isRefused(Throwable cause) {
    return cause instanceof PortUnreachableException
        || cause instanceof ConnectException
        || (cause instanceof NativeIoException nativeError
            && nativeError.expectedErr() == Errors.ERROR_ECONNREFUSED_NEGATIVE);
  }

  /** The system's own words, without the name of the call that Netty puts before them. */
  private static String text(Throwable cause) {
    Throwable told =
        cause instanceof ChannelException && cause.getCause() != null ? cause.getCause() : cause;
    String text = firstLine(told);
    int system = text.indexOf("): ");
    return (system < 0 ? text : text.substring(system + 3)).toLowerCase(Locale.ROOT);
  }

  private static String firstLine(Throwable cause) {
    String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return message.lines().findFirst().orElse(message).strip();
  }
}

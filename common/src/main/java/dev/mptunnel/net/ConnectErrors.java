package dev.mptunnel.net;

import dev.mptunnel.stream.StreamError;
import java.io.IOException;
import java.util.Locale;

/** Why a connection could not be made, as a peer is told. */
public final class ConnectErrors {

  private ConnectErrors() {}

  /**
   * See {@link StreamError}.
   *
   * @param cause as a {@link StreamHandler} was given it, or null
   */
  public static int code(IOException cause) {
    String message = cause == null ? null : cause.getMessage();
    String text = message == null ? "" : message.toLowerCase(Locale.ROOT);
    if (text.contains("refused")) {
      return StreamError.REFUSED;
    }
    if (text.contains("no answer") || text.contains("timed out")) {
      return StreamError.TIMED_OUT;
    }
    if (text.contains("network is unreachable")
        || text.contains("cannot assign")
        || text.contains("family not supported")) {
      return StreamError.NETWORK_UNREACHABLE;
    }
    return text.contains("too many open files") ? StreamError.TOO_MANY : StreamError.UNREACHABLE;
  }
}

package dev.mptunnel.net.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Who may see the status: whoever asks by a name or address that is ours, so that a page from
 * elsewhere, whose name was made to lead here (DNS rebinding), cannot; and, where there is a token,
 * whoever knows it.
 */
final class Gate {

  /** A browser sends cookies to all ports of a host, where each program has one of its own. */
  private static final String COOKIE = "mptunnel-status-%d=%s";

  private static final String BEARER = "bearer ";
  private static final String ASKED_WITH = "/?token=";

  private final Set<String> names;

  /** Of the token; null where there is none. */
  private final byte[] tokenHash;

  /** What a browser is given in its place: known to this process alone. */
  private final String cookie;

  /**
   * A gate.
   *
   * @param names the hosts that the addresses were written with
   * @param token null: whoever asks by such a name may see all
   */
  Gate(Set<String> names, String token) {
    this.names = names;
    tokenHash = token == null ? null : hash(token);
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    cookie = HexFormat.of().formatHex(key);
  }

  /** Whether the name or address that is asked by is ours. */
  boolean isOurs(HttpRequest request, InetSocketAddress local) {
    List<String> hosts = request.headers().getAll(HttpHeaderNames.HOST);
    if (hosts.size() != 1) {
      return false;
    }
    String host = withoutPort(hosts.getFirst()).toLowerCase(Locale.ROOT);
    if (host.equals("localhost") || names.contains(host)) {
      return true;
    }
    try {
      InetAddress address = InetAddress.ofLiteral(host);
      return address.isLoopbackAddress()
          || tokenHash != null // no name of somebody else's leads to an address
          || address.equals(local.getAddress());
    } catch (IllegalArgumentException isName) {
      return false;
    }
  }

  private static String withoutPort(String host) {
    int bracket = host.indexOf(']');
    if (host.startsWith("[") && bracket > 0) {
      return host.substring(1, bracket);
    }
    int colon = host.lastIndexOf(':');
    return colon < 0 ? host : host.substring(0, colon);
  }

  /** The name that a Host header has for this host as it was written. */
  static String name(String written) {
    return written.toLowerCase(Locale.ROOT);
  }

  /** Whether an address is of this machine alone. */
  static boolean isLoopback(InetSocketAddress address) {
    InetAddress its = address.getAddress();
    return its.isLoopbackAddress()
        || (its instanceof Inet6Address && its.getHostAddress().startsWith("::ffff:127."));
  }

  /** Whether some may see it, and others not. */
  boolean hasToken() {
    return tokenHash != null;
  }

  /** Whether who asks at this address of ours knows the token, or need not. */
  boolean isKnown(HttpRequest request, InetSocketAddress local) {
    if (tokenHash == null) {
      return true;
    }
    for (String value : request.headers().getAll(HttpHeaderNames.AUTHORIZATION)) {
      if (value.regionMatches(true, 0, BEARER, 0, BEARER.length())
          && isToken(value.substring(BEARER.length()).strip())) {
        return true;
      }
    }
    for (String header : request.headers().getAll(HttpHeaderNames.COOKIE)) {
      for (String each : header.split(";")) {
        if (isEqual(hash(each.strip()), hash(cookie(local)))) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether this asks for the page with the token in its address, which a cookie is given for. */
  boolean asksForCookie(String target) {
    return tokenHash != null
        && target.startsWith(ASKED_WITH)
        && isToken(target.substring(ASKED_WITH.length()));
  }

  /** The header that sets it: no script can read it, and no other site has it sent. */
  String cookieHeader(InetSocketAddress local) {
    return cookie(local) + "; Path=/; HttpOnly; SameSite=Strict";
  }

  private String cookie(InetSocketAddress local) {
    return COOKIE.formatted(local.getPort(), cookie);
  }

  private boolean isToken(String text) {
    return isEqual(hash(text), tokenHash);
  }

  /** In the same time whatever is in them, and since they are hashes, however long they were. */
  private static boolean isEqual(byte[] one, byte[] other) {
    return MessageDigest.isEqual(one, other);
  }

  private static byte[] hash(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }
}

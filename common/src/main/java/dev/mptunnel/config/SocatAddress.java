package dev.mptunnel.config;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Translates what one would say to socat: {@code UDP4-LISTEN:4000,fork,reuseaddr} and {@code
 * udp4:192.0.2.1:2000}. A word that is not socat's is handed back as it is. A family limits what
 * one may write, not what a name resolves to.
 */
final class SocatAddress {

  private static final Pattern SOCAT_WORD =
      Pattern.compile("(?i)((udp|tcp|sctp)[46]?(-[a-z]+)*|[a-z0-9]+-(listen|connect)):.*");
  private static final Set<String> LISTEN =
      Set.of(
          "udp-listen", "udp4-listen", "udp6-listen", "tcp-listen", "tcp4-listen", "tcp6-listen");
  private static final Set<String> REMOTE = Set.of("udp", "udp4", "udp6", "tcp", "tcp4", "tcp6");

  /** What socat needs told and a bridge always does. */
  private static final Set<String> GIVEN = Set.of("fork", "reuseaddr", "so-reuseaddr");

  private SocatAddress() {}

  /** What a word of socat's says to pass on alone; null where it is none of socat's. */
  static Protocol protocol(String word) {
    if (!SOCAT_WORD.matcher(word).matches()) {
      return null;
    }
    return word.regionMatches(true, 0, "tcp", 0, 3) ? Protocol.TCP : Protocol.UDP;
  }

  /** {@code udp-listen:PORT[,fork][,reuseaddr][,bind=ADDRESS]} as {@code [address:]port}. */
  static String listen(String word, String place) throws ConfigException {
    if (!SOCAT_WORD.matcher(word).matches()) {
      return word;
    }
    try {
      return parseListen(word);
    } catch (ConfigException e) {
      throw e.at(place);
    }
  }

  private static String parseListen(String word) throws ConfigException {
    int colon = word.indexOf(':');
    String type = word.substring(0, colon).toLowerCase(Locale.ROOT);
    if (!LISTEN.contains(type)) {
      throw unknown(
          type, "udp-listen or tcp-listen, or one of them with 4 or 6, such as udp4-listen");
    }
    String[] parts = word.substring(colon + 1).split(",", -1);
    String host =
        switch (type) {
          case "udp4-listen", "tcp4-listen" -> "0.0.0.0";
          case "udp6-listen", "tcp6-listen" -> "::";
          default -> HostPort.ANY;
        };
    for (int i = 1; i < parts.length; i++) {
      if (parts[i].startsWith("bind=")) {
        host = family(type, parts[i].substring("bind=".length()));
      } else if (!GIVEN.contains(parts[i].toLowerCase(Locale.ROOT))) {
        // Options such as range= keep strangers out: better refused than silently left out.
        throw new ConfigException(
            "socat option "
                + Excerpt.of(parts[i])
                + " is not known; expected fork, reuseaddr or"
                + " bind=ADDRESS");
      }
    }
    return new HostPort(host, HostPort.parsePort(parts[0])).toString();
  }

  /** {@code udp4:HOST:PORT} as {@code host:port}. */
  static String remote(String word, String place) throws ConfigException {
    if (!SOCAT_WORD.matcher(word).matches()) {
      return word;
    }
    try {
      return parseRemote(word);
    } catch (ConfigException e) {
      throw e.at(place);
    }
  }

  private static String parseRemote(String word) throws ConfigException {
    int colon = word.indexOf(':');
    String type = word.substring(0, colon).toLowerCase(Locale.ROOT);
    if (!REMOTE.contains(type)) {
      throw unknown(type, "udp or tcp, or one of them with 4 or 6, such as udp4");
    }
    HostPort address = HostPort.parse(word.substring(colon + 1));
    family(type, address.host());
    return address.toString();
  }

  private static String family(String type, String text) throws ConfigException {
    String host = HostSyntax.parse(text);
    if (type.length() == "udp".length()) {
      return host;
    }
    boolean wrong =
        (type.charAt(3) == '4' && HostSyntax.isIpv6(host))
            || (type.charAt(3) == '6' && HostSyntax.isIpv4(host));
    if (wrong) {
      throw new ConfigException(
          Excerpt.of(host) + " is of the other family; expected IPv" + type.charAt(3));
    }
    return host;
  }

  private static ConfigException unknown(String type, String expected) {
    return new ConfigException(
        "socat address type " + Excerpt.of(type) + " is not known; expected " + expected);
  }
}

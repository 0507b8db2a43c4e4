package dev.mptunnel.config;

import java.util.ArrayList;
import java.util.List;

/** Operands that are addresses, each one word {@code HOST:PORT} or two words {@code HOST PORT}. */
final class AddressOperands {

  private AddressOperands() {}

  /** The same addresses, each one word. */
  static List<String> join(List<String> words, String place) throws ConfigException {
    List<String> addresses = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (!isHostAlone(word)) {
        addresses.add(word);
        continue;
      }
      if (++i == words.size()) {
        throw new ConfigException(
                Excerpt.of(word) + " has no port; expected HOST PORT or HOST:PORT")
            .at(place);
      }
      try {
        addresses.add(HostPort.parse(word, words.get(i)).toString());
      } catch (ConfigException e) {
        throw e.at(place);
      }
    }
    return addresses;
  }

  private static boolean isHostAlone(String word) {
    return word.indexOf(':') < 0 || word.endsWith("]") || HostSyntax.isIpv6(word);
  }
}

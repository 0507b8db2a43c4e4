package dev.mptunnel.config;

import java.util.regex.Pattern;

/**
 * A bridge as a user writes it: {@code host port [name=NAME] [bind=ADDRESS|INTERFACE]
 * [fwmark=MARK]}.
 */
record BridgeSyntax() implements ValueType<BridgeSyntax.Written> {

  static final String EXAMPLE = "vps.example.org 4000 name=one bind=eth0";

  private static final Pattern BLANKS = Pattern.compile("[ \t]+");
  private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");

  /** No {@code #}: that marks the names we make ourselves, so that the two never meet. */
  private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}._:@+\\[\\]-]{1,64}");

  /** Linux: IFNAMSIZ less the closing zero, no slash, no colon. */
  private static final Pattern INTERFACE = Pattern.compile("[A-Za-z0-9._@+-]{1,15}");

  /**
   * What one line says.
   *
   * @param name null where none is given
   * @param bind null where none is given
   * @param mark 0 where none is given
   */
  record Written(HostPort address, String name, String bind, int mark) {}

  @Override
  public Written parse(String text) throws ConfigException {
    String[] words = BLANKS.split(text);
    if (words.length > 1 && isWhole(words[0]) && isWhole(words[1])) {
      throw secondBridge(words[1]);
    }
    boolean portApart = words.length > 1 && words[1].indexOf('=') < 0;
    if (!portApart && words[0].indexOf(':') < 0) {
      throw new ConfigException(Excerpt.of(text) + " has no port; expected " + expected());
    }
    HostPort address = portApart ? HostPort.parse(words[0], words[1]) : HostPort.parse(words[0]);
    String name = null;
    String bind = null;
    int mark = 0;
    for (int i = portApart ? 2 : 1; i < words.length; i++) {
      if (words[i].startsWith("name=") && name == null) {
        name = parseName(words[i].substring("name=".length()));
      } else if (words[i].startsWith("bind=") && bind == null) {
        bind = parseBind(words[i].substring("bind=".length()));
      } else if (words[i].startsWith("fwmark=") && mark == 0) {
        mark = parseMark(words[i].substring("fwmark=".length()));
      } else if (isWhole(words[i])
          || (i + 1 < words.length && PORT.matcher(words[i + 1]).matches())) {
        throw secondBridge(words[i]);
      } else {
        throw new ConfigException(
            Excerpt.of(words[i])
                + " cannot stand there; expected one name=, one bind= and one fwmark= at most");
      }
    }
    return new Written(address, name, bind, mark);
  }

  /** Whether a word is a bridge by itself. */
  private static boolean isWhole(String word) {
    int colon = word.lastIndexOf(':');
    return colon > 0 && word.indexOf('=') < 0 && PORT.matcher(word.substring(colon + 1)).matches();
  }

  private static ConfigException secondBridge(String word) {
    return new ConfigException(
        Excerpt.of(word) + " is a second bridge on the line; expected each on a line of its own");
  }

  private static String parseName(String text) throws ConfigException {
    if (!NAME.matcher(text).matches()) {
      throw new ConfigException(
          "name " + Excerpt.of(text) + " is refused; expected 1 to 64 letters, digits or ._:@+-");
    }
    return text;
  }

  private static String parseBind(String text) throws ConfigException {
    if (text.startsWith("[") || HostSyntax.isAddress(text)) {
      return HostSyntax.parse(text);
    }
    if (!INTERFACE.matcher(text).matches() || text.matches("[0-9.]+")) {
      throw new ConfigException(
          "bind " + Excerpt.of(text) + " is refused; expected an address or a network interface");
    }
    return text;
  }

  private static int parseMark(String text) throws ConfigException {
    try {
      return new FirewallMark().parse(text);
    } catch (ConfigException e) {
      throw new ConfigException("fwmark " + e.getMessage());
    }
  }

  @Override
  public String placeholder() {
    return "'HOST PORT ...'";
  }

  @Override
  public String expected() {
    return "a line such as: " + EXAMPLE;
  }
}

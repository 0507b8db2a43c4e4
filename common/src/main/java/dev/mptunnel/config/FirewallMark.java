package dev.mptunnel.config;

/** A mark of the kernel's firewall and routing rules: 32 bits, of which one at least is set. */
record FirewallMark() implements ValueType<Integer> {

  private static final long MAX = 0xffff_ffffL;

  @Override
  public Integer parse(String text) throws ConfigException {
    boolean hex = text.startsWith("0x") || text.startsWith("0X");
    String digits = hex ? text.substring(2) : text;
    if (!digits.matches(hex ? "[0-9A-Fa-f]+" : "[0-9]+")) {
      throw new ConfigException(Excerpt.of(text) + " cannot be read; expected " + expected());
    }
    long mark;
    try {
      mark = Long.parseLong(digits, hex ? 16 : 10);
    } catch (NumberFormatException tooLarge) {
      mark = Long.MAX_VALUE;
    }
    if (mark < 1 || mark > MAX) {
      throw new ConfigException(Excerpt.of(text) + " is out of range; expected " + expected());
    }
    return (int) mark;
  }

  @Override
  public String placeholder() {
    return "MARK";
  }

  @Override
  public String expected() {
    return "1 to 0xffffffff";
  }
}

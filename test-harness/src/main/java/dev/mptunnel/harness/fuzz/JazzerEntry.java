package dev.mptunnel.harness.fuzz;

/** Where Jazzer enters: it wants a class with this static method. One process runs one target. */
public final class JazzerEntry {

  /** The system property that names the target. */
  static final String TARGET_PROPERTY = "mptunnel.fuzz.target";

  private static final FuzzTarget TARGET =
      FuzzTargets.valueOf(System.getProperty(TARGET_PROPERTY)).create();

  private JazzerEntry() {}

  /** Takes one input; what it throws is a finding. */
  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    TARGET.accept(input);
  }
}

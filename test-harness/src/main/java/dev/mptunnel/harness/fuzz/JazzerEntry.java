package dev.mptunnel.harness.fuzz;

/** Where Jazzer enters: it wants a class with these static methods. */
public final class JazzerEntry {

  /** The system property that names the targets. */
  static final String TARGET_PROPERTY = "mptunnel.fuzz.target";

  private static final FuzzTarget TARGET =
      TargetMix.of(TargetMix.named(System.getProperty(TARGET_PROPERTY)));

  private JazzerEntry() {}

  /** Takes one input; what it throws is a finding. */
  public static void fuzzerTestOneInput(byte[] input) throws Exception {
    TARGET.accept(input);
  }

  /** Called at the end. */
  public static void fuzzerTearDown() {
    if (TARGET instanceof TargetMix mix) {
      System.err.print(mix.counts());
    }
  }
}

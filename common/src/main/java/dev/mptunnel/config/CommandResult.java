package dev.mptunnel.config;

/** What a command line comes to. */
public sealed interface CommandResult<C> {

  /**
   * The program is to run.
   *
   * @param verbose whether {@code -v} asked for the debug log
   */
  record Run<C>(C config, boolean verbose) implements CommandResult<C> {}

  /** Everything was said already: the help, the version, or what is wrong. */
  record Exit<C>(int status) implements CommandResult<C> {}
}

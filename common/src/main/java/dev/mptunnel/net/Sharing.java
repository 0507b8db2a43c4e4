package dev.mptunnel.net;

/** Whether other sockets of ours have the same port (SO_REUSEPORT in socket(7)). */
public enum Sharing {
  /** None does. */
  NONE,

  /**
   * None yet: opened as if it were alone, so that another program's port is refused as ever, and
   * others may join it then.
   */
  FIRST,

  /** It joins those that are there. */
  FURTHER
}

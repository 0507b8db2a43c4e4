package dev.mptunnel.config;

/** Which engine moves the datagrams; {@code AUTO} takes the best that the machine has. */
public enum EngineChoice {
  AUTO,
  NATIVE,
  EPOLL,
  IO_URING,
  NIO
}

package dev.mptunnel.config;

/** Which engine moves the datagrams; {@code AUTO} takes the best that the machine has. */
public enum EngineChoice {
  AUTO,
  EPOLL,
  IO_URING,
  NIO
}

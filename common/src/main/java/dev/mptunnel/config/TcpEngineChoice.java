package dev.mptunnel.config;

/** Which engine moves TCP's bytes; {@code AUTO} takes the best that the machine has. */
public enum TcpEngineChoice {
  AUTO,
  IO_URING,
  NIO
}

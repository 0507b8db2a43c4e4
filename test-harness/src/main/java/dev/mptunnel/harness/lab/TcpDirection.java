package dev.mptunnel.harness.lab;

import java.util.List;

/** Which ways {@code lab tcp} measures. */
enum TcpDirection {
  /** From the client to the server. */
  UP,
  /** From the server to the client. */
  DOWN,
  /** The one after the other, in each turn. */
  BOTH;

  List<Direction> directions() {
    return switch (this) {
      case UP -> List.of(Direction.UP);
      case DOWN -> List.of(Direction.DOWN);
      case BOTH -> List.of(Direction.UP, Direction.DOWN);
    };
  }
}

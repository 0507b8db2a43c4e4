package dev.mptunnel.harness.lab;

/** How applications reach what they talk to. */
enum ApplicationWay {
  /** Over the first line, made into one that loses nothing. */
  LOSSLESS,
  /** Over the first line as it is. */
  DIRECT,
  /** By the proxy, over all lines as they are, one of which dies on the way. */
  MPTUNNEL
}

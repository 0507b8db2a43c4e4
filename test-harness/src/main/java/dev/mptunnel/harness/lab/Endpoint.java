package dev.mptunnel.harness.lab;

/**
 * A host and a UDP port.
 *
 * @param host an address
 * @param port 1 to 65535
 */
public record Endpoint(String host, int port) {

  @Override
  public String toString() {
    return host + ":" + port;
  }
}

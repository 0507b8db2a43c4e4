package dev.mptunnel.sample;

import dev.mptunnel.api.*;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

final class EchoClient {
  public static void main(String[] args) throws IOException {
    InetSocketAddress server = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
    try (StripeClient client = StripeClient.connect(server, 4);
        Connection connection = client.openConnection()) {
      connection.outputStream().write(args[2].getBytes(StandardCharsets.UTF_8));
      connection.shutdownOutput();
      connection.inputStream().transferTo(System.out);
    }
  }
}

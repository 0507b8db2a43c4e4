package dev.mptunnel.sample;

import dev.mptunnel.api.*;
import java.io.IOException;
import java.net.InetSocketAddress;

final class EchoServer {
  public static void main(String[] args) throws IOException {
    StripeServer server = StripeServer.bind(new InetSocketAddress(Integer.parseInt(args[0])));
    while (true) {
      Connection connection = server.accept();
      Thread.startVirtualThread(
          () -> {
            try (connection) {
              connection.inputStream().transferTo(connection.outputStream());
            } catch (IOException e) {
              System.err.println(connection + ": " + e.getMessage());
            }
          });
    }
  }
}

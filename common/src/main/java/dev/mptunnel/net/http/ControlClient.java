package dev.mptunnel.net.http;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Asks a program that runs, by its {@link ControlSocket}. */
public final class ControlClient {

  private static final int MAX_BYTES = 64 << 20;

  private ControlClient() {}

  /**
   * What it answers.
   *
   * @param target path and query
   * @throws IOException when it does not, or not well; the message is for the user
   */
  public static String get(Path path, String target) throws IOException {
    String text;
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      ByteBuffer request =
          StandardCharsets.US_ASCII.encode(
              "GET " + target + " HTTP/1.0\r\nHost: localhost\r\n\r\n");
      while (request.hasRemaining()) {
        channel.write(request);
      }
      text =
          new String(
              Channels.newInputStream(channel).readNBytes(MAX_BYTES), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IOException("%s does not answer: %s".formatted(path, e.getMessage()), e);
    }
    int end = text.indexOf(ControlSocket.HEAD_ENDS);
    if (end < 0) {
      throw new IOException(path + " does not answer: it is another user's, or busy");
    }
    String body = text.substring(end + ControlSocket.HEAD_ENDS.length());
    if (!text.startsWith("HTTP/1.0 200 ")) {
      throw new IOException(path + " answers: " + body.strip());
    }
    return body;
  }
}

package dev.mptunnel.net.http;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks a program that runs, by its {@link ControlSocket}. */
public final class ControlClient {

  private static final int MAX_BYTES = 64 << 20;

  private static final Pattern ANSWER =
      Pattern.compile("HTTP/1\\.0 ([0-9]{3}) .*?\r\n\r\n", Pattern.DOTALL);

  private ControlClient() {}

  /**
   * What a program answers.
   *
   * @param status of HTTP
   */
  public record Reply(int status, String text) {}

  /**
   * What it answers.
   *
   * @param target path and query
   * @throws IOException when it does not, or not well; the message is for the user
   */
  public static String get(Path path, String target) throws IOException {
    Reply reply = ask(path, "GET " + target + " HTTP/1.0\r\nHost: localhost\r\n\r\n");
    if (reply.status() != 200) {
      throw new IOException(path + " answers: " + reply.text().strip());
    }
    return reply.text();
  }

  /**
   * Has it do something.
   *
   * @param target path and query
   * @throws IOException when it does not answer; the message is for the user
   */
  public static Reply post(Path path, String target, String body) throws IOException {
    int length = body.getBytes(StandardCharsets.UTF_8).length;
    return ask(
        path,
        "POST %s HTTP/1.0\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(target, length, body));
  }

  private static Reply ask(Path path, String asked) throws IOException {
    String text;
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      ByteBuffer request = StandardCharsets.UTF_8.encode(asked);
      while (request.hasRemaining()) {
        channel.write(request);
      }
      text =
          new String(
              Channels.newInputStream(channel).readNBytes(MAX_BYTES), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IOException("%s does not answer: %s".formatted(path, e.getMessage()), e);
    }
    Matcher matcher = ANSWER.matcher(text);
    if (!matcher.lookingAt()) {
      throw new IOException(path + " does not answer: it is another user's, or busy");
    }
    return new Reply(Integer.parseInt(matcher.group(1)), text.substring(matcher.end()));
  }
}

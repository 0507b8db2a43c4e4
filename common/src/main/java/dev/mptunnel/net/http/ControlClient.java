package dev.mptunnel.net.http;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Asks a program that runs, by its {@link ControlSocket}. */
public final class ControlClient {

  private static final int MAX_BYTES = 64 << 20;

  private static final Pattern ANSWER =
      Pattern.compile("HTTP/1\\.0 ([0-9]{3}) .*?\r\n\r\n", Pattern.DOTALL);

  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);

  /** An order may have names looked up. */
  private static final Duration DONE_WITHIN = Duration.ofMinutes(1);

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
    return get(path, target, ANSWER_WITHIN);
  }

  static String get(Path path, String target, Duration within) throws IOException {
    Reply reply = ask(path, "GET " + target + " HTTP/1.0\r\nHost: localhost\r\n\r\n", within);
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
            .formatted(target, length, body),
        DONE_WITHIN);
  }

  private static Reply ask(Path path, String asked, Duration within) throws IOException {
    String text;
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        Limit _ = new Limit(channel, within)) {
      channel.connect(UnixDomainSocketAddress.of(path));
      ByteBuffer request = StandardCharsets.UTF_8.encode(asked);
      while (request.hasRemaining()) {
        channel.write(request);
      }
      text =
          new String(
              Channels.newInputStream(channel).readNBytes(MAX_BYTES), StandardCharsets.UTF_8);
    } catch (ClosedChannelException e) {
      throw new IOException(
          "%s does not answer within %d s: has the program been stopped (kill -CONT), or does it"
                  .formatted(path, within.toSeconds())
              + " hang?",
          e);
    } catch (IOException e) {
      throw new IOException("%s does not answer: %s".formatted(path, e.getMessage()), e);
    }
    Matcher matcher = ANSWER.matcher(text);
    if (!matcher.lookingAt()) {
      throw new IOException(path + " does not answer: it is another user's, or busy");
    }
    return new Reply(Integer.parseInt(matcher.group(1)), text.substring(matcher.end()));
  }

  /** Closes a channel that is still in use when the time is over; whoever waits there is told. */
  private record Limit(Thread thread) implements AutoCloseable {

    Limit(SocketChannel channel, Duration time) {
      this(Thread.ofPlatform().daemon().start(() -> closeAfter(time, channel)));
    }

    private static void closeAfter(Duration time, SocketChannel channel) {
      try {
        Thread.sleep(time);
        channel.close();
      } catch (InterruptedException | IOException answered) {
        // There was an answer, or none is wanted any more.
      }
    }

    @Override
    public void close() {
      thread.interrupt();
    }
  }
}

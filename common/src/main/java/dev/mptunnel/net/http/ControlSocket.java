package dev.mptunnel.net.http;

import dev.mptunnel.net.http.Refusals.Reason;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;

/**
 * Serves a {@link Site} on a Unix socket, a request a connection, and takes {@link Orders}, from
 * the user who runs the program and from root: the file is theirs alone, and the kernel says who
 * asks. It speaks enough of HTTP for curl. Netty, which takes its time to load, is not needed for
 * it.
 */
public final class ControlSocket implements AutoCloseable {

  static final int CONNECTIONS = 8;
  private static final int MAX_REQUEST_BYTES = 4 << 10;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  static final String HEAD_ENDS = "\r\n\r\n";

  private static final Pattern LENGTH =
      Pattern.compile("\r\ncontent-length: *([0-9]{1,4}) *\r\n", Pattern.CASE_INSENSITIVE);

  /** Of a file's mode; see inode(7). */
  private static final int FILE_TYPE = 0xf000;

  private static final int SOCKET = 0xc000;

  private final Path path;
  private final ServerSocketChannel listener;
  private final String owner;
  private final Site site;
  private final Orders orders;
  private final Duration patience;
  private final Refusals refusals = new Refusals();
  private final Semaphore room = new Semaphore(CONNECTIONS);
  private final ScheduledExecutorService deadlines;

  private ControlSocket(
      Path path,
      ServerSocketChannel listener,
      String owner,
      Site site,
      Orders orders,
      Duration patience) {
    this.orders = orders;
    this.patience = patience;
    this.path = path;
    this.listener = listener;
    this.owner = owner;
    this.site = site;
    deadlines =
        Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("status control time").factory());
  }

  /**
   * Serves from now on.
   *
   * @throws IOException when it cannot; the message is for the user
   */
  public static ControlSocket open(Path path, Site site, Orders orders) throws IOException {
    return open(path, site, orders, PATIENCE);
  }

  static ControlSocket open(Path path, Site site, Orders orders, Duration patience)
      throws IOException {
    if (Files.exists(path)) {
      if (isServed(path)) {
        throw new IOException(path + " is another program's that runs");
      }
      Files.delete(path);
    }
    ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    boolean done = false;
    try {
      listener.bind(UnixDomainSocketAddress.of(path));
      Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
      ControlSocket socket =
          new ControlSocket(path, listener, Files.getOwner(path).getName(), site, orders, patience);
      Thread.ofPlatform().daemon().name("status control").start(socket::accept);
      done = true;
      return socket;
    } finally {
      if (!done) {
        listener.close();
      }
    }
  }

  /**
   * Whether somebody listens there; a socket that nobody listens at is left from a process that was
   * killed.
   *
   * @throws IOException if it is no socket, or gone
   */
  static boolean isServed(Path path) throws IOException {
    int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    if ((mode & FILE_TYPE) != SOCKET) {
      throw new IOException(path + " is there, and no socket");
    }
    try (SocketChannel asking = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
      return asking.isConnected();
    } catch (ConnectException e) {
      return false;
    }
  }

  /** Where it is. */
  public Path path() {
    return path;
  }

  private void accept() {
    while (listener.isOpen()) {
      try {
        SocketChannel asking = listener.accept();
        if (room.tryAcquire()) {
          Thread.ofVirtual().name("status control").start(() -> serve(asking));
        } else {
          refusals.add(Reason.CONNECTIONS, CONNECTIONS);
          asking.close();
        }
      } catch (IOException e) {
        pause(); // closed, or no file descriptor is left for the moment
      }
    }
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void serve(SocketChannel asking) {
    ScheduledFuture<?> deadline =
        deadlines.schedule(() -> tooSlow(asking), patience.toNanos(), TimeUnit.NANOSECONDS);
    try (asking) {
      if (!isOwner(asking)) {
        refusals.add(Reason.USER);
        return;
      }
      String text = read(asking);
      if (text.isEmpty()) {
        return; // one who wanted to know whether anybody is here
      }
      Request request = Request.parse(text);
      if (request != null && request.isOrder()) {
        deadline.cancel(false); // what is ordered may take longer than that
      }
      Answer answer = answer(request);
      String head =
          "HTTP/1.0 %d %s\r\nContent-Type: %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
              .formatted(
                  answer.status(),
                  answer.status() == 200 ? "OK" : "Error",
                  answer.type(),
                  answer.body().length);
      write(asking, head.getBytes(StandardCharsets.US_ASCII));
      write(asking, answer.body());
    } catch (IOException e) {
      // Who asked has gone, or was too slow.
    } finally {
      deadline.cancel(false);
      room.release();
    }
  }

  private void tooSlow(SocketChannel asking) {
    refusals.add(Reason.SLOW);
    try {
      asking.close();
    } catch (IOException e) {
      // Nothing is left of it.
    }
  }

  private boolean isOwner(SocketChannel asking) throws IOException {
    UnixDomainPrincipal peer = asking.getOption(ExtendedSocketOptions.SO_PEERCRED);
    String user = peer.user().getName();
    return user.equals(owner) || user.equals("root");
  }

  /** All that comes until a request is complete, or the end. */
  private static String read(SocketChannel asking) throws IOException {
    ByteBuffer read = ByteBuffer.allocate(MAX_REQUEST_BYTES);
    while (read.hasRemaining() && Request.parse(text(read)) == null && asking.read(read) >= 0) {
      // More may come.
    }
    return text(read);
  }

  private static String text(ByteBuffer read) {
    return StandardCharsets.ISO_8859_1.decode(read.duplicate().flip()).toString();
  }

  /**
   * What is asked for.
   *
   * @param body of an order; null where it is none
   */
  private record Request(String target, String body) {

    /**
     * That of a text, each of whose characters is a byte; null while it is not complete, or bad.
     */
    static Request parse(String text) {
      int end = text.indexOf(HEAD_ENDS);
      String[] words = end < 0 ? new String[0] : text.substring(0, text.indexOf("\r\n")).split(" ");
      if (words.length != 3 || !words[2].startsWith("HTTP/1.")) {
        return null;
      }
      if (words[0].equals("GET")) {
        return new Request(words[1], null);
      }
      Matcher length = LENGTH.matcher(text.substring(0, end + 2));
      String body = text.substring(end + HEAD_ENDS.length());
      return words[0].equals("POST")
              && length.find()
              && Integer.parseInt(length.group(1)) == body.length()
          ? new Request(words[1], utf8(body))
          : null;
    }

    private static String utf8(String bytes) {
      return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    boolean isOrder() {
      return body != null;
    }
  }

  private Answer answer(Request request) {
    if (request == null) {
      refusals.add(Reason.MALFORMED);
      return Answer.text(400, "this is no GET of HTTP, nor a POST with its length");
    }
    return request.isOrder()
        ? orders.post(request.target(), request.body())
        : site.get(request.target()).join();
  }

  private static void write(SocketChannel to, byte[] bytes) throws IOException {
    ByteBuffer left = ByteBuffer.wrap(bytes);
    while (left.hasRemaining()) {
      to.write(left);
    }
  }

  /** What was refused. */
  public long refused() {
    return refusals.count();
  }

  /** Serves no more, and takes the file away. */
  @Override
  public void close() {
    try {
      listener.close();
      Files.deleteIfExists(path);
    } catch (IOException e) {
      // It is left for the next one to take away.
    }
    deadlines.shutdownNow();
  }
}

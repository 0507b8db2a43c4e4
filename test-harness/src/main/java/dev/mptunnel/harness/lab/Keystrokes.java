package dev.mptunnel.harness.lab;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * Somebody who types over TCP, as one process, and the other end that shows what was typed: a byte
 * there and back, again and again.
 *
 * <p>Arguments: {@code serve PORT}, or {@code type HOST PORT COUNT PAUSE_MILLIS}, which prints the
 * median, the 99th percentile and the longest time of an answer, in microseconds.
 */
public final class Keystrokes {

  private Keystrokes() {}

  public static void main(String[] args) throws IOException, InterruptedException {
    if (args[0].equals("serve")) {
      serve(Integer.parseInt(args[1]));
    } else {
      InetSocketAddress to = new InetSocketAddress(args[1], Integer.parseInt(args[2]));
      type(to, Integer.parseInt(args[3]), Integer.parseInt(args[4]));
    }
  }

  private static void serve(int port) throws IOException {
    try (ServerSocket listener = new ServerSocket(port)) {
      while (true) {
        Socket socket = listener.accept();
        Thread.ofVirtual().start(() -> echo(socket));
      }
    }
  }

  private static void echo(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      InputStream in = socket.getInputStream();
      for (int key = in.read(); key >= 0; key = in.read()) {
        socket.getOutputStream().write(key);
      }
    } catch (IOException e) {
      System.err.println("keystrokes: " + e.getMessage());
    }
  }

  private static void type(InetSocketAddress to, int count, int pauseMillis)
      throws IOException, InterruptedException {
    long[] micros = new long[count];
    try (Socket socket = new Socket()) {
      socket.connect(to);
      socket.setTcpNoDelay(true);
      InputStream in = socket.getInputStream();
      OutputStream out = socket.getOutputStream();
      for (int i = -count / 10; i < count; i++) { // the first ones warm up
        long start = System.nanoTime();
        out.write(i & 0x7f);
        if (in.read() < 0) {
          throw new IOException("the other end has ended");
        }
        micros[Math.max(0, i)] = (System.nanoTime() - start) / 1_000;
        TimeUnit.MILLISECONDS.sleep(pauseMillis);
      }
    }
    Arrays.sort(micros);
    System.out.println(
        String.format(
            Locale.ROOT,
            "%d %d %d",
            micros[count / 2],
            micros[count * 99 / 100],
            micros[count - 1]));
  }
}

package dev.mptunnel.harness.tunnel;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A line for TCP that can be cut: passes connections on to a bridge, keeps what was sent first on
 * each if asked to, and ends those that it is told to end as a router does that has forgotten them.
 */
final class TcpLine implements AutoCloseable {

  private final ServerSocket listener;
  private static final int MAX_RECORDINGS = 32;

  private final InetSocketAddress to;
  private final List<Pass> passes = new ArrayList<>();
  private final List<Recording> recordings = new ArrayList<>(); // of the first connections
  private boolean cut;
  private int refusing;
  private long killed;

  /** What a client sent on a connection, up to a limit. */
  static final class Recording {

    private static final int MAX_BYTES = 1 << 20;

    private final byte[] bytes = new byte[MAX_BYTES];
    private int length;

    private synchronized void add(byte[] from, int count) {
      int taken = Math.min(count, MAX_BYTES - length);
      System.arraycopy(from, 0, bytes, length, taken);
      length += taken;
    }

    /** All of it. */
    synchronized byte[] bytes() {
      return java.util.Arrays.copyOf(bytes, length);
    }
  }

  private record Pass(Socket client, Socket server) {

    /** As where nobody knows of the connection any more. */
    void kill() {
      for (Socket socket : List.of(client, server)) {
        try {
          socket.setSoLinger(true, 0);
          socket.close();
        } catch (IOException e) {
          // It is gone already.
        }
      }
    }
  }

  private TcpLine(ServerSocket listener, InetSocketAddress to) {
    this.listener = listener;
    this.to = to;
  }

  /** A line at this port of the loopback. */
  static TcpLine open(int port, InetSocketAddress to) throws IOException {
    ServerSocket listener = new ServerSocket();
    listener.setReuseAddress(true);
    listener.bind(new InetSocketAddress("127.0.0.1", port), 1_024);
    TcpLine line = new TcpLine(listener, to);
    Thread.ofVirtual().start(line::accept);
    return line;
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Thread.ofVirtual().start(() -> pass(client));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  private void pass(Socket client) {
    try {
      Socket server = new Socket();
      server.connect(to);
      server.setTcpNoDelay(true);
      client.setTcpNoDelay(true);
      Pass pass = new Pass(client, server);
      Recording recording = new Recording();
      synchronized (this) {
        if (cut || refusing-- > 0) {
          pass.kill();
          return;
        }
        passes.add(pass);
        if (recordings.size() < MAX_RECORDINGS) {
          recordings.add(recording);
        }
      }
      Thread.ofVirtual().start(() -> copy(pass, client, server, recording));
      copy(pass, server, client, null);
    } catch (IOException e) {
      new Pass(client, client).kill();
    }
  }

  private void copy(Pass pass, Socket from, Socket to, Recording recording) {
    byte[] buffer = new byte[64 << 10];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        if (recording != null) {
          recording.add(buffer, count);
        }
        out.write(buffer, 0, count);
      }
      to.shutdownOutput();
    } catch (IOException e) {
      synchronized (this) {
        passes.remove(pass);
      }
      pass.kill();
    }
  }

  /** Kills one of the connections that pass, if there is one. */
  synchronized void killOne(RandomGenerator random) {
    if (!passes.isEmpty()) {
      passes.remove(random.nextInt(passes.size())).kill();
      killed++;
    }
  }

  /** Kills all, and lets none pass until told otherwise. */
  synchronized void cut() {
    cut = true;
    passes.forEach(Pass::kill);
    passes.clear();
  }

  /** Lets connections pass again. */
  synchronized void restore() {
    cut = false;
  }

  /** Lets so many connections not pass that come from now on. */
  synchronized void refuse(int connections) {
    refusing = connections;
  }

  /** Whether it has refused all that it was to. */
  synchronized boolean hasRefused() {
    return refusing <= 0;
  }

  /** How many {@link #killOne} has killed. */
  synchronized long killed() {
    return killed;
  }

  /** What clients have sent, a connection each. */
  synchronized List<Recording> recordings() {
    return List.copyOf(recordings);
  }

  @Override
  public void close() throws IOException {
    listener.close();
    cut();
  }
}

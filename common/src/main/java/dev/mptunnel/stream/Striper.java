package dev.mptunnel.stream;

import dev.mptunnel.wire.StreamFrames;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * One end's connections and tunnels. It owns every byte that an application has written until the
 * peer has it: what a tunnel that dies or stalls had under way goes out again on the others, and
 * the peer takes each byte once.
 *
 * <p>Driven from one thread. After anything was done with it, or with its connections, {@link
 * #flush} is to be called, and {@link #onTimer} when {@link #nextTimer} has come.
 */
public final class Striper {

  private static final long NEVER = Long.MAX_VALUE;

  private static final int MOST_CHUNK_BYTES =
      StreamFrames.MAX_RECORD_BYTES - Controls.MAX_BYTES - StreamFrames.CHUNK_OVERHEAD_BYTES;

  /** So many connections are looked at for chunks that are late, at a time. */
  private static final int LOOKED_AT = 16;

  /** The others so much later. */
  private static final long NEXT_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  /** And so many chunks of each, of those that the peer has to wait for. */
  private static final int LATE_AT_ONCE = 64;

  /** What a connection may be made to keep to begin with. */
  private static final long FIRST_WINDOW = ReceiveBuffer.mostKeptBytes(StreamFrames.FIRST_LIMIT);

  /** A connection that has no more than so much to be brought is one that somebody waits for. */
  private static final int URGENT_BYTES = 1_024;

  private final boolean initiator;
  private final StreamOutput output;
  private final Scheduler scheduler;
  private final StreamRoom room;
  private final Object owner;
  private final Reader reader = new Reader();
  private final Map<Integer, Tunnel> tunnels = new LinkedHashMap<>();
  private final Map<Integer, Connection> connections = new LinkedHashMap<>();
  private final Set<Integer> passedOver = new HashSet<>();
  private final LinkedHashSet<Connection> sendable = new LinkedHashSet<>();
  private final LinkedHashSet<Connection> touched = new LinkedHashSet<>();
  private final LinkedHashSet<Connection> awaiting = new LinkedHashSet<>();
  private final ArrayDeque<Connection> endedByPeer = new ArrayDeque<>();
  private final ArrayDeque<Chunk> urgent = new ArrayDeque<>();
  private final ByteBuffer record;
  private final Controls controls;
  private int nextId;
  private long sendableBytes;
  private long grownBytes;
  private long lateNanos = NEVER;
  private long duplicatedBytes;

  /**
   * An end without tunnels.
   *
   * @param room that it shares with others
   * @param owner whose share of it the connections take
   * @param buffers of the thread that it is used from
   */
  public Striper(
      boolean initiator,
      StreamOutput output,
      StreamRoom room,
      Object owner,
      StreamBuffers buffers) {
    this(initiator, output, room, owner, buffers, new Scheduler.EarliestDelivery());
  }

  Striper(
      boolean initiator,
      StreamOutput output,
      StreamRoom room,
      Object owner,
      StreamBuffers buffers,
      Scheduler scheduler) {
    this.initiator = initiator;
    this.output = output;
    this.room = room;
    this.owner = owner;
    this.scheduler = scheduler;
    record = buffers.frames();
    controls = new Controls(this, initiator, record);
  }

  StreamRoom room() {
    return room;
  }

  // --- tunnels ---

  /**
   * A tunnel leads to the peer, in which nothing was sent yet.
   *
   * @param id that no tunnel of the session has had; the peer calls it the same
   * @return null if there are too many
   */
  public Tunnel addTunnel(long now, int id) {
    if (tunnels.size() >= StreamLimits.TUNNELS || tunnels.containsKey(id)) {
      return null;
    }
    Tunnel tunnel = new Tunnel(id, now);
    tunnels.put(id, tunnel);
    relieveStalled();
    return tunnel;
  }

  /** A tunnel is dead: what was under way on it goes out on others. */
  public void removeTunnel(Tunnel tunnel) {
    if (tunnels.remove(tunnel.id(), tunnel)) {
      tunnel.lose(this::lose);
      tunnel.end();
    }
  }

  /** A tunnel takes records again. */
  public void onWritable(long now, Tunnel tunnel) {
    tunnel.setWritable(now, true);
  }

  /** What stalled tunnels have under way goes out again, if there is another one to take it. */
  private void relieveStalled() {
    if (tunnels.values().stream().anyMatch(tunnel -> !tunnel.isStalled())) {
      tunnels.values().stream()
          .filter(Tunnel::isStalled)
          .forEach(tunnel -> tunnel.lose(this::lose));
    }
  }

  private void lose(Chunk chunk) {
    chunk.connection().sending().lose(chunk);
    note(chunk.connection());
  }

  // --- connections ---

  /**
   * Opens a connection; only the session's initiator does.
   *
   * @param target its name, or empty for the one that has none, or a {@link
   *     dev.mptunnel.wire.Destination} as it is written
   * @return null if there are too many
   */
  public Connection open(String target) {
    if (!initiator
        || connections.size() >= StreamLimits.CONNECTIONS
        || !room.takeFirst(owner, FIRST_WINDOW)) {
      return null;
    }
    Connection connection = new Connection(this, nextId++, target, false);
    connections.put(connection.id(), connection);
    note(connection);
    return connection;
  }

  /** Lets the peer send more: a reader that keeps up gets a quarter of what is left for all. */
  void grant(long now, Connection connection) {
    ReceiveHalf receiving = connection.receiving();
    long most = Math.min(StreamLimits.SESSION_BYTES, room.limitBytes() / 2);
    long left = Math.min(most - grownBytes, room.spareBytes());
    long before = receiving.mostKeptBytes();
    grownBytes += receiving.grant(now, soonNanos(), Math.max(0, left / 4));
    room.take(receiving.mostKeptBytes() - before); // a quarter is not more than there is
  }

  private long soonNanos() {
    long least = NEVER;
    long most = 0;
    for (Tunnel tunnel : tunnels.values()) {
      if (!tunnel.isStalled()) {
        least = Math.min(least, tunnel.responseNanos());
        most = Math.max(most, tunnel.responseNanos());
      }
    }
    return Math.max(4 * Math.min(least, most), 2 * most);
  }

  /** Connections that have not ended. */
  public int connections() {
    return connections.size();
  }

  /** Those that were not reset. */
  public List<Connection> liveConnections() {
    return connections.values().stream().filter(each -> !each.isReset()).toList();
  }

  /** Those that have been open longest, so many at most. */
  public List<TunnelReport.Open> oldest(long now, int most) {
    return connections.values().stream()
        .filter(each -> !each.isReset())
        .limit(most)
        .map(each -> each.report(now))
        .toList();
  }

  /** Bytes in memory of all connections. */
  public long keptBytes() {
    return connections.values().stream()
        .mapToLong(each -> each.sending().keptBytes() + each.receiving().keptBytes())
        .sum();
  }

  /** Bytes that went out a second time since a tunnel idled while they were late. */
  public long duplicatedBytes() {
    return duplicatedBytes;
  }

  /** The session has ended: all connections are reset, and the peer is not told. */
  public void end() {
    List<Connection> all = new ArrayList<>(connections.values());
    all.forEach(
        connection -> {
          boolean wasReset = connection.isReset();
          connection.end(StreamError.SESSION);
          forget(connection);
          if (!wasReset) {
            output.reset(connection, StreamError.SESSION);
          }
        });
  }

  /** Something about a connection has changed. */
  void note(Connection connection) {
    touched.add(connection);
  }

  private void settle(Connection connection) {
    if (connections.get(connection.id()) != connection) {
      return;
    }
    if (connection.isDone()) {
      forget(connection);
      output.done(connection);
      return;
    }
    long bytes = connection.sending().sendableBytes();
    sendableBytes += bytes - connection.countedBytes();
    connection.setCountedBytes(bytes);
    connection.noteSent();
    if (bytes > 0) {
      sendable.add(connection);
    } else {
      sendable.remove(connection);
    }
    controls.note(connection);
    if (connection.sending().hasUnderWay()) {
      awaiting.add(connection);
    } else {
      awaiting.remove(connection);
    }
    if (connection.takeWritable()) {
      output.writable(connection);
    }
  }

  /** It is over. */
  void forget(Connection connection) {
    if (!connections.remove(connection.id(), connection)) {
      return;
    }
    connection.sending().clear();
    long mostKept = connection.receiving().mostKeptBytes();
    if (mostKept > 0) {
      room.giveBackFirst(owner, FIRST_WINDOW);
      room.giveBack(mostKept - FIRST_WINDOW);
    }
    sendable.remove(connection);
    controls.forget(connection);
    awaiting.remove(connection);
    sendableBytes -= connection.countedBytes();
    connection.setCountedBytes(0);
    grownBytes -= connection.receiving().grownBytes();
  }

  // --- what comes ---

  /**
   * Takes a record that came on a tunnel.
   *
   * @param frames from position to limit
   * @return false if the peer has broken the rules, and the tunnel is of no use any more
   */
  public boolean receive(long now, Tunnel tunnel, ByteBuffer frames) {
    tunnel.onRecord(frames.remaining());
    reader.now = now;
    reader.tunnel = tunnel;
    reader.wellFormed = true;
    reader.mustAnswer = false;
    boolean wellFormed =
        StreamFrames.read(frames, reader) && reader.wellFormed && !tunnel.isOverfull();
    if (reader.mustAnswer) {
      tunnel.mustAnswer(now);
    }
    while (!endedByPeer.isEmpty()) {
      Connection ended = endedByPeer.poll();
      output.reset(ended, ended.resetCode());
    }
    return wellFormed;
  }

  /** Takes the frames of one record. */
  private final class Reader implements StreamFrames.Handler {
    private long now;
    private Tunnel tunnel;
    private boolean wellFormed;
    private boolean mustAnswer;

    private Connection known(int id) {
      mustAnswer = true;
      Connection connection = connections.get(id);
      if (connection != null) {
        connection.setKnown();
        note(connection);
      }
      return connection == null || connection.isReset() ? null : connection;
    }

    private void check(Connection connection, boolean isAllowed) {
      if (!isAllowed) {
        connection.reset(StreamError.PROTOCOL);
        endedByPeer.add(connection);
      }
    }

    @Override
    public void onOpen(int id, String target) {
      mustAnswer = true;
      if (connections.size() >= 2 * StreamLimits.CONNECTIONS) {
        wellFormed = false; // it does not even take note that they are refused
        return;
      }
      if (initiator || !isNew(id)) {
        return;
      }
      Connection connection = new Connection(Striper.this, id, target, true);
      boolean hasRoom =
          connections.size() < StreamLimits.CONNECTIONS && room.takeFirst(owner, FIRST_WINDOW);
      connections.put(id, connection);
      if (!hasRoom) {
        connection.receiving().giveUpFirstWindow();
        connection.reset(StreamError.TOO_MANY);
      } else {
        output.opened(connection);
      }
      note(connection);
    }

    /** Whether a connection of this id has never been; ids may come a little out of order. */
    private boolean isNew(int id) {
      if (id - nextId < 0) {
        return passedOver.remove(id);
      }
      if (id - nextId + passedOver.size() > StreamLimits.CONNECTIONS) {
        wellFormed = false;
        return false;
      }
      for (; nextId != id; nextId++) {
        passedOver.add(nextId);
      }
      nextId++;
      return true;
    }

    @Override
    public void onChunk(int id, long offset, ByteBuffer bytes) {
      Connection connection = known(id);
      if (connection != null) {
        long before = connection.receiving().readableBytes();
        check(connection, connection.receiving().take(offset, bytes));
        if (connection.receiving().readableBytes() > before) {
          output.readable(connection);
        }
      }
    }

    @Override
    public void onFin(int id, long end) {
      Connection connection = known(id);
      if (connection != null) {
        check(connection, connection.receiving().finish(end));
        output.readable(connection);
      }
    }

    @Override
    public void onCredit(int id, long limit) {
      Connection connection = known(id);
      if (connection != null) {
        connection.sending().onCredit(limit);
      }
    }

    @Override
    public void onReset(int id, int code) {
      Connection connection = known(id);
      if (connection != null) {
        connection.end(code);
        forget(connection);
        endedByPeer.add(connection);
      }
    }

    @Override
    public void onConnected(int id) {
      Connection connection = known(id);
      if (connection != null && initiator && connection.takeConnected()) {
        output.connected(connection);
      }
    }

    @Override
    public void onGot(long records) {
      boolean wasStalled = tunnel.isStalled();
      wellFormed &= tunnel.onGot(now, records, this::onArrived);
      if (wasStalled && !tunnel.isStalled()) {
        relieveStalled();
      }
    }

    @Override
    public void onPing() {
      mustAnswer = true;
    }

    private void onArrived(Chunk chunk) {
      chunk.connection().sending().onArrived(chunk);
      chunk.connection().setKnown();
      note(chunk.connection());
    }
  }

  // --- what goes out ---

  /** Sends what may be sent now. */
  public void flush(long now) {
    settleTouched();
    while (sendOne(now)) {
      settleTouched();
    }
    lateNanos = NEVER;
    if (sendable.isEmpty()) {
      sendLateOnes(now);
    }
    boolean isWork = !awaiting.isEmpty() || !sendable.isEmpty();
    for (Tunnel tunnel : tunnels.values()) {
      tunnel.noteWhileOthersWork(now, isWork);
      if (isWork && tunnel.isPingDue(now)) {
        sendPing(now, tunnel);
      }
    }
  }

  private void sendPing(long now, Tunnel tunnel) {
    record.clear();
    Tunnel.Load sent = tunnel.begin(now);
    putGot(tunnel);
    StreamFrames.putPing(record);
    sent.add(() -> {}, () -> {});
    tunnel.ping(now);
    transmit(now, tunnel, sent);
  }

  private void settleTouched() {
    while (!touched.isEmpty()) {
      Connection connection = touched.removeFirst();
      settle(connection);
    }
  }

  private boolean sendOne(long now) {
    Connection next = sendable.isEmpty() ? null : sendable.getFirst();
    Tunnel tunnel = null;
    if (next != null) {
      long creditBytes = next.sending().hasLost() ? NEVER : next.sending().creditBytes();
      int chunkBytes = (int) Math.min(MOST_CHUNK_BYTES, next.sending().sendableBytes());
      // Whoever has more to write than is taken has much, as far as anybody knows.
      long waitingBytes = next.hasMore() ? NEVER : sendableBytes;
      tunnel = scheduler.choose(tunnels.values(), chunkBytes, waitingBytes, creditBytes);
    }
    if (tunnel == null) {
      next = null;
      tunnel = controls.isDue() ? quickest() : null;
      if (tunnel == null || tunnel.isStalled()) {
        tunnel = answering(now);
      }
    }
    if (tunnel == null) {
      return false;
    }
    record.clear();
    Tunnel.Load sent = tunnel.begin(now);
    putGot(tunnel);
    // What a stalled one is told may hang on it for long; one that is not will take it soon.
    if (!tunnel.isStalled() && (next == null || tunnel == quickest())) {
      controls.put(now, sent);
    }
    if (next != null) {
      putChunks(now, tunnel, sent);
    }
    if (record.position() == 0) {
      return false;
    }
    transmit(now, tunnel, sent);
    sendUrgentOnes(now, tunnel);
    return true;
  }

  /**
   * A few bytes that somebody waits for, such as a keystroke, go out on a second tunnel too: they
   * cost little, and what one tunnel has lost and must send again comes by the other.
   */
  private void sendUrgentOnes(long now, Tunnel first) {
    while (!urgent.isEmpty()) {
      Chunk chunk = urgent.removeFirst();
      Tunnel second = quickestBut(first);
      if (second != null && !second.isStalled() && chunk.copies() == 1) {
        sendAgain(now, second, chunk);
      }
    }
  }

  private void transmit(long now, Tunnel tunnel, Tunnel.Load sent) {
    tunnel.send(now, sent, record.position());
    tunnel.setWritable(now, output.transmit(tunnel, record.flip()));
  }

  /** One that is to say what has come on it, and takes something; or null. */
  private Tunnel answering(long now) {
    for (Tunnel tunnel : tunnels.values()) {
      if (now >= tunnel.gotNanos() && tunnel.isWritable()) {
        return tunnel;
      }
    }
    return null;
  }

  /** The quickest one that takes something, for what is short and should not wait. */
  private Tunnel quickest() {
    return quickestBut(null);
  }

  private Tunnel quickestBut(Tunnel other) {
    Tunnel best = null;
    for (Tunnel tunnel : tunnels.values()) {
      if (tunnel == other) {
        continue;
      }
      boolean isBetter =
          best == null
              || (best.isStalled() && !tunnel.isStalled())
              || (best.isStalled() == tunnel.isStalled()
                  && tunnel.deliveryNanos(0) < best.deliveryNanos(0));
      best = tunnel.isWritable() && isBetter ? tunnel : best;
    }
    return best;
  }

  private void putGot(Tunnel tunnel) {
    if (tunnel.gotNanos() != NEVER) {
      tunnel.answer();
      StreamFrames.putGot(record, tunnel.recordsReceived());
    }
  }

  private void putChunks(long now, Tunnel tunnel, Tunnel.Load sent) {
    int left = tunnel.chunkBytes(MOST_CHUNK_BYTES);
    while (!sendable.isEmpty() && left > 0 && hasRoomForChunk()) {
      Connection connection = sendable.getFirst();
      int most = chunkRoom(); // an OPEN takes what is kept free for it
      controls.putOpen(connection, sent);
      Chunk chunk = connection.sending().next(Math.min(left, most));
      if (chunk.length() > most) {
        connection.sending().lose(chunk); // one that was lost, longer than what is left here
        return;
      }
      put(now, tunnel, sent, chunk);
      if (connection.sending().outstandingBytes() <= URGENT_BYTES) {
        urgent.add(chunk);
      }
      left -= chunk.length();
      sendable.remove(connection); // and behind all others, if there is more
      note(connection);
      settleTouched();
    }
  }

  private void put(long now, Tunnel tunnel, Tunnel.Load sent, Chunk chunk) {
    StreamFrames.putChunk(record, chunk.connection().id(), chunk.offset(), chunk.length());
    chunk.connection().sending().put(chunk, record);
    chunk.send(tunnel, now + tunnel.deliveryNanos(chunk.length()));
    sent.add(chunk);
  }

  private boolean hasRoomForChunk() {
    return chunkRoom() > 0;
  }

  private int chunkRoom() {
    return record.remaining() - StreamFrames.CHUNK_OVERHEAD_BYTES - StreamFrames.MAX_CONTROL_BYTES;
  }

  /**
   * Where nothing else may be sent, what the peer waits for goes out a second time, if another
   * tunnel brings it before the one that has it, and so does all that is late.
   */
  private void sendLateOnes(long now) {
    if (awaiting.size() > LOOKED_AT) {
      lateNanos = now + NEXT_LOOK_NANOS;
    }
    for (int looked = Math.min(LOOKED_AT, awaiting.size()); looked > 0; looked--) {
      Connection connection = awaiting.removeFirst();
      awaiting.add(connection); // so that each has its turn
      List<Chunk> chunks = connection.sending().firstUnderWay(LATE_AT_ONCE);
      for (Chunk chunk : chunks) {
        boolean isAwaited = chunk == chunks.getFirst();
        if (chunk.copies() == 1 && (isAwaited || now >= chunk.expectedNanos())) {
          sendIfLate(now, chunk, isAwaited);
        } else if (chunk.copies() == 1) {
          lateNanos = Math.min(lateNanos, chunk.expectedNanos());
        }
      }
    }
  }

  private void sendIfLate(long now, Chunk chunk, boolean isAwaited) {
    Tunnel tunnel = quickestBut(chunk.tunnel());
    if (tunnel == null || tunnel.isStalled() || !tunnel.takesChunks()) {
      return;
    }
    long variation = Math.max(tunnel.variationNanos(), chunk.tunnel().variationNanos());
    long margin = Math.max(tunnel.responseNanos() / 4, 4 * variation);
    long takesNanos = tunnel.deliveryNanos(chunk.length());
    if (now < chunk.expectedNanos() + margin) {
      if (isAwaited && now + takesNanos + margin < chunk.expectedNanos()) {
        sendAgain(now, tunnel, chunk);
      } else {
        lateNanos = Math.min(lateNanos, chunk.expectedNanos() + margin);
      }
    } else if (takesNanos <= 2 * tunnel.responseNanos()) { // and its line is not full of copies
      sendAgain(now, tunnel, chunk);
    }
  }

  private void sendAgain(long now, Tunnel tunnel, Chunk chunk) {
    record.clear();
    Tunnel.Load sent = tunnel.begin(now);
    putGot(tunnel);
    controls.putOpen(chunk.connection(), sent);
    put(now, tunnel, sent, chunk);
    duplicatedBytes += chunk.length();
    transmit(now, tunnel, sent);
  }

  // --- time ---

  /** When {@link #onTimer} is to be called, or never. */
  public long nextTimer() {
    long next = lateNanos;
    for (Tunnel tunnel : tunnels.values()) {
      next = Math.min(next, tunnel.stallNanos());
      next = tunnel.isWritable() ? Math.min(next, tunnel.gotNanos()) : next;
    }
    return next;
  }

  /** The time has come. */
  public void onTimer(long now) {
    boolean stalls = false;
    for (Tunnel tunnel : tunnels.values()) {
      if (now >= tunnel.stallNanos()) {
        tunnel.stall();
        stalls = true;
      }
    }
    if (stalls) {
      relieveStalled();
    }
    flush(now);
  }
}

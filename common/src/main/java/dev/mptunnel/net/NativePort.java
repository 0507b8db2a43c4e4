package dev.mptunnel.net;

import dev.mptunnel.net.SendPool.Block;
import dev.mptunnel.net.SendPool.Message;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One socket of the {@link NativeEngine}. */
final class NativePort implements DatagramPort {

  private static final Logger LOG = LoggerFactory.getLogger(NativePort.class);

  /**
   * While a socket is full, a port queues this much, and what comes then takes the place of the
   * oldest: some 700 full packets, more than any flush brings, and little enough to be stale for
   * milliseconds only.
   */
  private static final int QUEUE_BYTES = 1 << 20;

  /** How long a port that is closed waits for what it was given to send before. */
  private static final long LINGER_NANOS = 50_000_000;

  /**
   * Then what came is sent on, and other sockets and timers have their turn: after a third of a
   * millisecond. Of what came joined that many more at once, since each turn wakes those it sends
   * to. A message is handed over whole, so they may be some more; and before it is known that what
   * comes is joined, one read may bring up to 16 messages of 64.
   */
  private static final int DATAGRAMS_PER_TURN = 256;

  /**
   * … but for those of many senders, each of which may lead to a port, and so a block, of its own.
   */
  private static final int MESSAGES_PER_TURN = 64;

  private static final int ERRORS_PER_TURN = 16;

  /** How often a message is tried: what a socket reports may be of an earlier one, told by ICMP. */
  private static final int TRIES = 2;

  /**
   * … and refusals are: where nobody listens, each of several datagrams on their way brings one.
   */
  private static final int TRIES_WHEN_REFUSED = 8;

  private final NativeEngine engine;
  private final NativeMemory memory;
  private final NativeSocket socket;
  private final InetSocketAddress remote;
  private final boolean stamped;

  /**
   * The bits of traffic classes that are told and sent, and what all packets have of the others.
   */
  private final int carried;

  private final int socketsClass;
  private final DatagramHandler handler;
  private final InetSocketAddress localAddress;
  private final SendQueue queue;
  private final JoiningRules joining;
  private final long key;

  // What the last read brought, by which the next one asks for fewer, the more datagrams each has.
  private int lastMessages = 1;
  private int lastDatagrams = 1;

  /** When the datagram arrived that is being handed over, if this port is told so. */
  private long arrivedNanos;

  /** What it is marked with, of the bits that are carried. */
  private int trafficClass;

  private long sendDrops;
  private long lateDrops;
  private boolean refusalPending;
  private boolean closed;
  private boolean released;

  /**
   * A port of a socket that is bound.
   *
   * @param key what epoll knows it by
   * @param options with what it is connected to, or null
   */
  NativePort(
      NativeEngine engine,
      NativeMemory memory,
      NativeSocket socket,
      long key,
      PortOptions options,
      DatagramHandler handler)
      throws IOException {
    this.engine = engine;
    this.memory = memory;
    this.socket = socket;
    this.key = key;
    this.remote = options.remote();
    this.stamped = options.stamped();
    this.carried = options.carried();
    this.socketsClass = options.trafficClass();
    this.handler = handler;
    this.localAddress = socket.localAddress();
    this.queue = new SendQueue(memory.pool);
    if (engine.joins()) {
      socket.receiveJoined();
    }
    if (stamped) {
      socket.stampReceived();
    }
    if (carried != 0) {
      socket.receiveTrafficClass();
    }
    boolean joins = engine.joins() && socket.sendsJoined();
    joining = new JoiningRules(joins ? ReceiveBatch.SLOT_BYTES : 0);
  }

  long key() {
    return key;
  }

  /** The longest datagrams that may leave joined with others to there; 0 if none may. */
  int maxJoinedBytes(InetSocketAddress to) {
    return joining.maxBytes(to);
  }

  @Override
  public InetSocketAddress localAddress() {
    return localAddress;
  }

  @Override
  public void send(ByteBuffer datagram, InetSocketAddress to) {
    send(datagram, to, 0);
  }

  @Override
  public void send(ByteBuffer datagram, InetSocketAddress to, int marked) {
    queue.forgetCopied(); // what is not queued here is not shared either
    if (mayQueue(datagram, to)) {
      queue.add(datagram, to, messagesClass(marked), joining.maxBytes(to));
    }
  }

  @Override
  public void sendAgain(ByteBuffer datagram, InetSocketAddress to, int marked, DatagramPort given) {
    if (!mayQueue(datagram, to)) {
      return;
    }
    int its = messagesClass(marked);
    boolean isShared =
        given instanceof NativePort other
            && other.engine == engine
            && queue.addShared(other.queue, datagram.remaining(), to, its, joining.maxBytes(to));
    if (!isShared) {
      queue.add(datagram, to, its, joining.maxBytes(to));
    }
  }

  private int messagesClass(int marked) {
    int carries = marked & carried;
    return carries == 0 ? Message.OF_SOCKET : socketsClass | carries;
  }

  private boolean mayQueue(ByteBuffer datagram, InetSocketAddress to) {
    if (closed) {
      return false;
    }
    int bytes = datagram.remaining();
    if (!reaches(to) || bytes > Block.BYTES) {
      sendDrops++;
      return false;
    }
    if (queue.queuedBytes() + bytes > QUEUE_BYTES) {
      flush();
      lateDrops += queue.makeRoom(bytes, QUEUE_BYTES);
    }
    return true;
  }

  /** An IPv4 socket would send to an IPv6 address's first four bytes. */
  private boolean reaches(InetSocketAddress to) {
    if (to == null) {
      return remote != null;
    }
    return !to.isUnresolved() && (socket.ipv6() || !(to.getAddress() instanceof Inet6Address));
  }

  @Override
  public void flush() {
    if (!closed && !queue.isWaiting()) {
      sendQueued();
    }
  }

  /** Hands the kernel what it takes; the rest waits until epoll tells that there is room. */
  private void sendQueued() {
    if (!joining.isEmpty()) {
      joining.onTime(engine.nanoTime());
    }
    int tries = 0;
    while (!queue.isEmpty()) {
      Message first = queue.first();
      int result = memory.send.send(socket, first);
      if (result > 0) {
        sent(result);
        tries = 0;
      } else if (result == -Errno.EAGAIN) {
        waitForRoom();
        return;
      } else if (result != -Errno.EINTR) {
        noticeRefusal(-result);
        tries++;
        if (tries >= (result == -Errno.ECONNREFUSED ? TRIES_WHEN_REFUSED : TRIES)) {
          notSent(first, -result);
          tries = 0;
        }
      }
    }
  }

  private void sent(int messages) {
    for (int i = 0; i < messages; i++) {
      Message message = queue.first();
      if (message.parted && joining.onSentAlone(message.remote, message.bytes, engine.nanoTime())) {
        LOG.debug(
            "{}: datagrams to {} are joined up to {} bytes",
            localAddress,
            message.remote,
            joining.maxBytes(message.remote));
        engine.sayPartedOnce(message.bytes);
      }
      queue.removeFirst();
    }
  }

  private void notSent(Message message, int error) {
    if (message.datagrams > 1
        && joining.onRefused(message.remote, message.segmentBytes, error, engine.nanoTime())) {
      queue.partFirst();
    } else {
      sendDrops += message.datagrams;
      queue.removeFirst();
    }
  }

  private void waitForRoom() {
    if (!queue.isWaiting()) {
      // A port that is closed does not read, and would be told of what came for ever.
      int interest = closed ? EpollSet.EPOLLOUT : EpollSet.EPOLLIN | EpollSet.EPOLLOUT;
      memory.epoll.change(socket.descriptor(), interest, key);
      queue.setWaiting(true);
    }
  }

  /** The socket has room again. */
  void onRoom() {
    if (!queue.isWaiting() || released) {
      return;
    }
    queue.setWaiting(false);
    sendQueued();
    if (queue.isWaiting()) {
      return;
    }
    if (closed) {
      release();
    } else {
      memory.epoll.change(socket.descriptor(), EpollSet.EPOLLIN, key);
    }
  }

  private void noticeRefusal(int error) {
    if (error != Errno.ECONNREFUSED || remote == null || refusalPending) {
      return;
    }
    // Not from within the flush: the handler may close the port.
    refusalPending = true;
    engine.execute(
        () -> {
          refusalPending = false;
          tell(Errno.ECONNREFUSED);
        });
  }

  private void tell(int error) {
    if (closed) {
      return;
    }
    IOException told =
        error == Errno.ECONNREFUSED && remote != null
            ? new PortUnreachableException(Addresses.text(remote) + ": connection refused")
            : Errno.exception(error);
    engine.guard(() -> handler.onError(this, told));
  }

  /** Hands over what has arrived, up to a turn's worth. */
  void onReadable() {
    int datagrams = 0;
    int taken = 0;
    int errors = 0;
    boolean more = true;
    while (more
        && !closed
        && datagrams < DATAGRAMS_PER_TURN
        && taken < MESSAGES_PER_TURN
        && errors < ERRORS_PER_TURN) {
      int asked = messagesOf(DATAGRAMS_PER_TURN - datagrams);
      int messages = memory.receive.receive(socket, asked);
      if (messages >= 0) {
        int got = hand(messages);
        datagrams += got;
        taken += messages;
        more = messages == asked;
        notice(messages, got);
      } else if (messages == -Errno.EAGAIN) {
        more = false;
      } else if (messages != -Errno.EINTR) {
        errors++;
        tell(-messages);
      }
    }
    if (!closed) {
      endBatch();
    }
  }

  private void notice(int messages, int datagrams) {
    if (messages > 0) {
      lastMessages = messages;
      lastDatagrams = Math.max(1, datagrams);
    }
  }

  /** In how many messages so many datagrams come, if they come as the last ones did. */
  private int messagesOf(int datagrams) {
    int needed = Math.ceilDiv(datagrams * lastMessages, lastDatagrams);
    return Math.clamp(needed, 1, ReceiveBatch.SLOTS);
  }

  /**
   * @return how many datagrams they were
   */
  private int hand(int messages) {
    if (stamped && messages > 0) {
      memory.arrivals.look();
    }
    engine.beginHanding();
    try {
      return handEach(messages);
    } finally {
      engine.endHanding();
    }
  }

  private int handEach(int messages) {
    ReceiveBatch batch = memory.receive;
    int datagrams = 0;
    for (int i = 0; i < messages && !closed; i++) {
      InetSocketAddress source = batch.source(i);
      // What reached the socket between bind and connect may be anybody's.
      if (source == null || (remote != null && !remote.equals(source))) {
        continue;
      }
      if (stamped) {
        arrivedNanos = memory.arrivals.arrivedNanos(batch.stampNanos(i));
      }
      if (carried != 0) {
        trafficClass = batch.trafficClass(i) & carried;
      }
      int bytes = batch.bytes(i);
      int segmentBytes = batch.segmentBytes(i);
      int offset = 0;
      do {
        int length = Math.min(segmentBytes, bytes - offset);
        hand(source, batch.part(i, offset, length));
        datagrams++;
        offset += length;
      } while (offset < bytes && !closed);
    }
    return datagrams;
  }

  private void hand(InetSocketAddress source, ByteBuffer datagram) {
    try {
      handler.onDatagram(this, source, datagram);
    } catch (RuntimeException | Error e) {
      engine.failed(e);
    }
  }

  private void endBatch() {
    try {
      handler.onBatchEnd(this);
    } catch (RuntimeException | Error e) {
      engine.failed(e);
    }
  }

  @Override
  public long arrivedNanos(long nowNanos) {
    return stamped ? Math.min(arrivedNanos, nowNanos) : nowNanos;
  }

  @Override
  public int trafficClass() {
    return trafficClass;
  }

  @Override
  public boolean stayOn(int interfaceIndex) {
    return !closed && socket.stayOn(interfaceIndex);
  }

  @Override
  public void steerBySession(int sockets) throws IOException {
    if (closed) {
      throw new IOException("the socket is closed");
    }
    try {
      socket.steerBySession(sockets);
    } catch (IOException e) {
      throw new IOException("the kernel steers no packets: " + e.getMessage(), e);
    }
  }

  @Override
  public long sendDrops() {
    return sendDrops;
  }

  @Override
  public long lateDrops() {
    return lateDrops;
  }

  @Override
  public long receiveDrops() {
    return socket.receiveDrops();
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    flush();
    closed = true;
    if (queue.isEmpty()) {
      release();
      return;
    }
    engine.newTimer(this::release).set(engine.nanoTime() + LINGER_NANOS);
    memory.epoll.change(socket.descriptor(), EpollSet.EPOLLOUT, key);
  }

  /** Closes the socket at last, with what it has not sent. */
  void release() {
    if (released) {
      return;
    }
    closed = true;
    released = true;
    sendDrops += queue.clear();
    engine.forget(this);
    socket.close();
  }
}

package dev.mptunnel.net;

import static dev.mptunnel.net.SendPool.Message.OF_SOCKET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.net.SendPool.Message;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SendQueueTest {

  private static final int LONGEST = 65_536;
  private static final int QUEUES = 3;
  private static final int REMOTES = 4;

  private final SendPool pool = new SendPool();

  @AfterEach
  void close() {
    pool.close();
  }

  @Test
  void ofWhatGoesToSeveralAddressesOneCopyIsMadeAndEachHasOneMessage() {
    SendQueue queue = new SendQueue(pool);
    SendQueue other = new SendQueue(pool);
    for (int i = 0; i < 5; i++) {
      queue.add(ByteBuffer.allocate(100), remote(0), OF_SOCKET, LONGEST);
      assertTrue(queue.addShared(queue, 100, remote(1), OF_SOCKET, LONGEST));
      assertTrue(queue.addShared(queue, 100, remote(2), OF_SOCKET, LONGEST));
      assertTrue(other.addShared(queue, 100, null, OF_SOCKET, LONGEST));
    }
    List<Message> messages = messages(queue);
    messages.addAll(messages(other));
    assertEquals(4, messages.size());
    for (Message message : messages) {
      assertEquals(5, message.datagrams);
      assertEquals(500, message.bytes);
      assertEquals(0, message.offset, "in the same memory");
      assertEquals(messages.getFirst().block, message.block);
    }
    other.clear();
    queue.clear();
  }

  /** What is left behind a full message would be a trip through the kernel for a few datagrams. */
  @ParameterizedTest
  @ValueSource(ints = {60, 230, 700, 1_023, 1_200, 1_400, 1_425, 1_430, 1_472, 8_972})
  void betweenTwoFullMessagesThereIsNoShortOne(int bytes) {
    SendQueue queue = new SendQueue(pool);
    int full = Math.min(64, 65_507 / bytes);
    for (int i = 0; i < 5 * full; i++) {
      queue.add(ByteBuffer.allocate(bytes), remote(0), OF_SOCKET, LONGEST);
    }
    List<Integer> datagrams = messages(queue).stream().map(each -> each.datagrams).toList();
    assertEquals(Collections.nCopies(5, full), datagrams);
    queue.clear();
  }

  @Test
  void whatIsMarkedOtherwiseIsAMessageOfItsOwn() {
    SendQueue queue = new SendQueue(pool);
    int[] classes = {OF_SOCKET, OF_SOCKET, 0xb8, 0xb8, 0xb9, OF_SOCKET};
    for (int trafficClass : classes) {
      queue.add(ByteBuffer.allocate(100), remote(0), trafficClass, LONGEST);
    }
    List<Message> messages = messages(queue);
    assertEquals(List.of(2, 2, 1, 1), messages.stream().map(each -> each.datagrams).toList());
    List<Integer> expected = List.of(OF_SOCKET, 0xb8, 0xb9, OF_SOCKET);
    assertEquals(expected, messages.stream().map(each -> each.trafficClass).toList());
    queue.partFirst();
    queue.removeFirst();
    queue.removeFirst();
    queue.partFirst();
    assertEquals(0xb8, queue.first().trafficClass);
    assertEquals(0xb8, queue.first().next.trafficClass, "parted");
    queue.clear();
  }

  @Test
  void whatIsNotQueuedAnyMoreIsNotShared() {
    SendQueue queue = new SendQueue(pool);
    SendQueue other = new SendQueue(pool);
    assertFalse(other.addShared(queue, 100, null, OF_SOCKET, LONGEST), "nothing has been queued");
    queue.add(ByteBuffer.allocate(100), null, OF_SOCKET, LONGEST);
    assertFalse(other.addShared(queue, 99, null, OF_SOCKET, LONGEST), "another one");
    queue.forgetCopied();
    assertFalse(other.addShared(queue, 100, null, OF_SOCKET, LONGEST));
    queue.add(ByteBuffer.allocate(100), null, OF_SOCKET, LONGEST);
    queue.clear();
    assertFalse(other.addShared(queue, 100, null, OF_SOCKET, LONGEST));
  }

  @Test
  void whatWaitsHoldsNoMoreMemoryThanItHasBytes() {
    SendQueue flushed = new SendQueue(pool);
    SendQueue waiting = new SendQueue(pool);
    waiting.setWaiting(true);
    for (int i = 0; i < 500; i++) {
      ByteBuffer datagram = ByteBuffer.allocate(1_000);
      flushed.add(datagram, null, OF_SOCKET, LONGEST);
      if (!waiting.addShared(flushed, 1_000, null, OF_SOCKET, LONGEST)) {
        waiting.add(datagram, null, OF_SOCKET, LONGEST);
      }
      flushed.clear();
    }
    long blocks = messages(waiting).stream().map(message -> message.block).distinct().count();
    assertEquals(8, blocks, "of 64 KiB, for 500 kB");
    waiting.setWaiting(false);
    flushed.add(ByteBuffer.allocate(1_000), null, OF_SOCKET, LONGEST);
    assertTrue(waiting.addShared(flushed, 1_000, null, OF_SOCKET, LONGEST), "there is room again");
    flushed.clear();
    waiting.clear();
  }

  @Test
  void whereTheQueueIsFullTheOldestMakeRoom() {
    SendQueue queue = new SendQueue(pool);
    long limit = 10 * (1_000 + 64);
    long dropped = 0;
    for (byte value = 0; value < 100; value++) {
      dropped += queue.makeRoom(1_000, limit);
      ByteBuffer datagram = ByteBuffer.allocate(1_000).put(0, value);
      queue.add(datagram, remote(0), OF_SOCKET, 0);
      assertTrue(queue.queuedBytes() <= limit);
    }
    assertEquals(90, dropped);
    Message oldest = queue.first();
    assertEquals(90, oldest.block.buffer.get(oldest.offset));
    queue.clear();
  }

  /** A datagram of a queue, by its address and what it is filled with. */
  private record Sent(int remote, byte value, int bytes) {}

  @Test
  void whateverIsQueuedWhereverComesOutWholeAndInOrderForEachAddress() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<SendQueue> queues = new ArrayList<>();
    List<List<Sent>> expected = new ArrayList<>();
    for (int i = 0; i < QUEUES; i++) {
      queues.add(new SendQueue(pool));
      expected.add(new ArrayList<>());
    }
    byte value = 0;
    for (int step = 0; step < 20_000; step++) {
      int first = random.nextInt(QUEUES);
      int bytes = random.nextInt(4) == 0 ? random.nextInt(3_000) : 1_000;
      ByteBuffer datagram = ByteBuffer.allocate(bytes);
      value++;
      for (int i = 0; i < bytes; i++) {
        datagram.put(i, value);
      }
      int to = random.nextInt(REMOTES);
      queues.get(first).add(datagram, remote(to), OF_SOCKET, LONGEST);
      expected.get(first).add(new Sent(to, value, bytes));
      for (int copies = random.nextInt(4); copies > 0; copies--) {
        int queue = random.nextInt(QUEUES);
        int remote = random.nextInt(REMOTES);
        boolean isShared =
            queues
                .get(queue)
                .addShared(queues.get(first), bytes, remote(remote), OF_SOCKET, LONGEST);
        if (isShared) {
          expected.get(queue).add(new Sent(remote, value, bytes));
        }
        if (random.nextInt(20) == 0) {
          takeSome(queues, expected, random, seed);
        }
      }
      if (random.nextInt(10) == 0) {
        takeSome(queues, expected, random, seed);
      }
    }
    for (int i = 0; i < QUEUES; i++) {
      take(queues.get(i), expected.get(i), Integer.MAX_VALUE, random, seed);
      assertEquals(List.of(), expected.get(i), "seed " + seed);
      assertEquals(0, queues.get(i).queuedBytes(), "seed " + seed);
    }
  }

  private static void takeSome(
      List<SendQueue> queues, List<List<Sent>> expected, Random random, long seed) {
    int queue = random.nextInt(QUEUES);
    int messages = random.nextBoolean() ? Integer.MAX_VALUE : random.nextInt(5);
    take(queues.get(queue), expected.get(queue), messages, random, seed);
  }

  private static void take(
      SendQueue queue, List<Sent> expected, int messages, Random random, long seed) {
    for (int i = 0; i < messages && !queue.isEmpty(); i++) {
      if (queue.first().datagrams > 1 && random.nextInt(4) == 0) {
        queue.partFirst();
      }
      Message message = queue.first();
      int end = message.offset + message.bytes;
      int at = message.offset;
      for (int datagram = 0; datagram < message.datagrams; datagram++) {
        int bytes = Math.min(message.segmentBytes, end - at);
        int remote = message.remote.getPort() - 1;
        Sent next =
            expected.stream().filter(each -> each.remote == remote).findFirst().orElseThrow();
        assertEquals(next.bytes, bytes, "seed " + seed);
        for (int b = 0; b < bytes; b++) {
          assertEquals(next.value, message.block.buffer.get(at + b), "seed " + seed);
        }
        expected.remove(next);
        at += bytes;
      }
      assertEquals(end, at, "seed " + seed);
      queue.removeFirst();
    }
  }

  private static List<Message> messages(SendQueue queue) {
    List<Message> messages = new ArrayList<>();
    for (Message each = queue.first(); each != null; each = each.next) {
      messages.add(each);
    }
    return messages;
  }

  private static InetSocketAddress remote(int index) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), index + 1);
  }
}

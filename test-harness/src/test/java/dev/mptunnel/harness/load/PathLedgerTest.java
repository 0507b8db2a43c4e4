package dev.mptunnel.harness.load;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.mptunnel.harness.emulator.Direction;
import dev.mptunnel.harness.emulator.UdpLink;
import dev.mptunnel.harness.link.Verdict;
import dev.mptunnel.wire.Header;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The ledger tells the first copies of a datagram from those that were sent again. */
class PathLedgerTest {

  private static final InetSocketAddress CLIENT = new InetSocketAddress("127.0.0.1", 1);
  private static final int STREAM = 1;

  private final PathLedger ledger = PathLedger.ofSealed(STREAM);
  private final UdpLink.Observer one = ledger.observer();
  private final UdpLink.Observer other = ledger.observer();

  private static void come(UdpLink.Observer path, int counter, Verdict verdict) {
    ByteBuffer packet = ByteBuffer.allocate(Header.LENGTH);
    Header.putData(packet, true, 7, 0, counter);
    path.onDatagram(Direction.UP, CLIENT, packet, verdict);
  }

  private static BitSet set(int... members) {
    return IntStream.of(members).collect(BitSet::new, BitSet::set, BitSet::or);
  }

  @Test
  void whatComesToAPathASecondTimeWasSentAgain() {
    come(one, 0, Verdict.DELIVERED);
    come(other, 0, Verdict.LOST);
    come(one, 1, Verdict.LOST);
    come(other, 1, Verdict.CORRUPTED);
    come(one, 2, Verdict.LOST);
    come(other, 2, Verdict.LOST);
    come(one, 3, Verdict.LOST);
    // The other path is slower: it still has the first copy of 3 when the one has 1 for the second.
    come(one, 1, Verdict.DELIVERED);
    come(other, 3, Verdict.DELIVERED);
    come(other, 1, Verdict.LOST);
    come(one, 0, Verdict.DELIVERED);

    assertEquals(set(0, 1, 2, 3), ledger.offered(Direction.UP, STREAM));
    assertEquals(set(0, 3), ledger.passedAtFirst(Direction.UP, STREAM));
    assertEquals(set(0, 1, 3), ledger.passed(Direction.UP, STREAM));
    assertEquals(4, ledger.offeredCount(Direction.UP, STREAM));
    assertEquals(3, ledger.passedCount(Direction.UP, STREAM));
    assertEquals(set(), ledger.offered(Direction.DOWN, STREAM));
  }
}

package dev.mptunnel.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AddressCacheTest {

  private final MemorySegment memory = Arena.ofAuto().allocate(64, 8);
  private final AddressCache cache = new AddressCache(Arena.ofAuto(), 7);

  @BeforeEach
  void onLinux() {
    Assumptions.assumeTrue(Engines.is64BitLinux(), "64-bit Linux");
  }

  @Test
  void addressesAreLaidOutAsTheKernelHasThem() throws UnknownHostException {
    InetSocketAddress four = new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), 0x1234);
    assertEquals(16, cache.write(four, false, memory, 32));
    assertEquals("02001234c00002070000000000000000", hex(32, 16));
    assertEquals(28, cache.write(four, true, memory, 0));
    assertEquals("0a0012340000000000000000000000000000ffffc000020700000000", hex(0, 28));
    InetSocketAddress six = new InetSocketAddress(InetAddress.ofLiteral("2001:db8::5"), 9);
    assertEquals(28, cache.write(six, true, memory, 0));
    assertEquals("0a0000090000000020010db800000000000000000000000500000000", hex(0, 28));
    assertEquals(28, cache.write(scoped(3), true, memory, 0));
    assertEquals("0a00000900000000fe80000000000000000000000000000103000000", hex(0, 28));
  }

  @Test
  void whatIsWrittenIsReadAgainWhicheverWasThereBefore() throws UnknownHostException {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    List<InetSocketAddress> addresses = new ArrayList<>(List.of(scoped(1), scoped(2), scoped(3)));
    for (int i = 0; i < 3_000; i++) {
      byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
      random.nextBytes(bytes);
      addresses.add(new InetSocketAddress(InetAddress.getByAddress(bytes), random.nextInt(65_536)));
    }
    byte[] neighbour = HexFormat.of().parseHex("20010db8000000000000000000000000");
    for (int i = 0; i < 3_000; i++) {
      ByteBuffer.wrap(neighbour).putLong(8, random.nextLong());
      addresses.add(new InetSocketAddress(InetAddress.getByAddress(neighbour), 9));
    }
    for (int i = 0; i < 30_000; i++) {
      InetSocketAddress address = addresses.get(random.nextInt(addresses.size()));
      boolean ipv6 = address.getAddress() instanceof Inet6Address || random.nextBoolean();
      cache.write(address, ipv6, memory, 0);
      InetSocketAddress read = cache.read(memory, 0);
      assertEquals(address, read, "seed " + seed);
      assertEquals(scope(address), scope(read), "seed " + seed);
      assertSame(read, cache.read(memory, 0), "the same object for the same address");
    }
  }

  /** As many as 10,000 sessions have over three paths. */
  @Test
  void thirtyThousandAddressesAreAllKnown() throws UnknownHostException {
    List<InetSocketAddress> first = new ArrayList<>();
    for (int i = 0; i < 30_000; i++) {
      cache.write(numbered(i), i % 2 == 0, memory, 0);
      first.add(cache.read(memory, 0));
    }
    for (int i = 0; i < 30_000; i++) {
      cache.write(numbered(i), i % 2 == 0, memory, 0);
      assertSame(first.get(i), cache.read(memory, 0));
    }
  }

  /** As somebody makes them who forges sources. */
  @Test
  void moreThanItHoldsAreReadAndWrittenAllTheSame() throws UnknownHostException {
    for (int i = 0; i < 100_000; i++) {
      cache.write(numbered(i), i % 2 == 0, memory, 0);
      assertEquals(numbered(i), cache.read(memory, 0));
    }
  }

  @Test
  void nobodyKnowsWhichAddressesLieTogether() throws UnknownHostException {
    AddressCache other = new AddressCache(Arena.ofAuto(), 8);
    List<InetSocketAddress> together = together(7);
    List<InetSocketAddress> first = new ArrayList<>();
    for (InetSocketAddress address : together) {
      SocketAddresses.write(address, true, memory, 0);
      first.add(other.read(memory, 0));
    }
    for (int i = 0; i < together.size(); i++) {
      SocketAddresses.write(together.get(i), true, memory, 0);
      assertSame(first.get(i), other.read(memory, 0), "with another salt they do not");
    }
  }

  @Test
  void thoseThatLieTogetherAreForgottenRatherThanSearchedForLong() throws UnknownHostException {
    List<InetSocketAddress> together = together(7);
    SocketAddresses.write(together.getFirst(), true, memory, 0);
    InetSocketAddress first = cache.read(memory, 0);
    for (InetSocketAddress address : together) {
      SocketAddresses.write(address, true, memory, 0);
      assertEquals(address, cache.read(memory, 0));
    }
    SocketAddresses.write(together.getFirst(), true, memory, 0);
    assertEquals(first, cache.read(memory, 0));
    assertNotSame(first, cache.read(memory, 0), "200 places further there is another");
  }

  /** Of one IPv6 network, at one place of a table that has not grown. */
  private List<InetSocketAddress> together(long salt) throws UnknownHostException {
    byte[] bytes = HexFormat.of().parseHex("20010db8000000000000000000000000");
    SocketAddresses.write(
        new InetSocketAddress(InetAddress.getByAddress(bytes), 9), true, memory, 0);
    long begin = Integer.toUnsignedLong(memory.get(ValueLayout.JAVA_INT, 0));
    long network = memory.get(ValueLayout.JAVA_LONG, SocketAddresses.INET6_ADDRESS);
    Random random = new Random(1);
    List<InetSocketAddress> together = new ArrayList<>();
    while (together.size() < 200) {
      long host = random.nextLong();
      if (AddressCache.hash(begin, network, host, salt) >>> 54 == 0) {
        ByteBuffer.wrap(bytes).order(ByteOrder.nativeOrder()).putLong(8, host);
        together.add(new InetSocketAddress(InetAddress.getByAddress(bytes), 9));
      }
    }
    return together;
  }

  /** That hash is a sum. */
  @Test
  void thoseThatJavaHashesAlikeAreNotMixedUp() throws UnknownHostException {
    byte[] bytes = HexFormat.of().parseHex("20010db8000000000000000000000000");
    List<InetSocketAddress> alike = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      int host = ((i / 100) << 16) | ((i / 10 % 10) << 8) | (i % 10);
      ByteBuffer.wrap(bytes).putInt(8, host).putInt(12, 0x090909 - host);
      alike.add(new InetSocketAddress(InetAddress.getByAddress(bytes), 9));
    }
    assertEquals(1, alike.stream().map(InetSocketAddress::hashCode).distinct().count());
    for (InetSocketAddress address : alike) {
      cache.write(address, true, memory, 0);
      assertEquals(address, SocketAddresses.read(memory, 0));
      cache.write(alike.getFirst(), true, memory, 0);
      assertEquals(alike.getFirst(), SocketAddresses.read(memory, 0));
    }
  }

  private static InetSocketAddress numbered(int i) throws UnknownHostException {
    byte[] bytes = {10, (byte) (i >> 16), (byte) (i >> 8), (byte) i};
    return new InetSocketAddress(InetAddress.getByAddress(bytes), 1_000 + i % 3);
  }

  /** Link-local addresses of several links are equal to Java, and must not be mixed up. */
  private static InetSocketAddress scoped(int scope) throws UnknownHostException {
    byte[] bytes = HexFormat.of().parseHex("fe800000000000000000000000000001");
    return new InetSocketAddress(Inet6Address.getByAddress(null, bytes, scope), 9);
  }

  private static int scope(InetSocketAddress address) {
    return address.getAddress() instanceof Inet6Address six ? six.getScopeId() : 0;
  }

  private String hex(int offset, int bytes) {
    byte[] all = memory.toArray(ValueLayout.JAVA_BYTE);
    return HexFormat.of().formatHex(all, offset, offset + bytes);
  }
}

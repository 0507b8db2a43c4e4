package dev.mptunnel.core;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.mptunnel.crypto.ClientKeys;
import dev.mptunnel.crypto.Hkdf;
import dev.mptunnel.crypto.ServerKeys;
import dev.mptunnel.crypto.StaticKeys;
import dev.mptunnel.wire.DataFrames;
import dev.mptunnel.wire.Handshake;
import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.Hint;
import dev.mptunnel.wire.PacketProtection;
import dev.mptunnel.wire.PacketType;
import dev.mptunnel.wire.PathFrames;
import dev.mptunnel.wire.SessionId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/**
 * A session from its secret to its packets, from fixed keys: what {@code docs/wire-vectors.txt}
 * says, so that another implementation can check itself and the file cannot go stale.
 */
class WireVectorsTest {

  private static final Path FILE = Path.of("..", "docs", "wire-vectors.txt");
  private static final Path COMPUTED = Path.of("target", "wire-vectors.txt");

  private final StringBuilder text = new StringBuilder();

  /** Bytes that count upward. */
  private static byte[] from(int first, int length) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (first + i);
    }
    return bytes;
  }

  /** Gives out the same bytes whenever it is asked for some. */
  private static RandomGenerator always(int first) {
    return new RandomGenerator() {
      @Override
      public long nextLong() {
        return ByteBuffer.wrap(from(first, Long.BYTES)).getLong();
      }

      @Override
      public void nextBytes(byte[] bytes) {
        System.arraycopy(from(first, bytes.length), 0, bytes, 0, bytes.length);
      }
    };
  }

  @Test
  void theFileSaysWhatTheCodeDoes() throws IOException {
    text.append("# Made by WireVectorsTest. See wire.md; bytes in hexadecimal.\n");
    byte[] secret = from(0, 20);
    ServerKeys server = ServerKeys.of(secret);
    text.append("\n# Keys of a shared secret\n");
    line("secret", secret);
    line("server private key", server.own().privateKey());
    line("server public key", server.own().publicKey());
    line("psk", server.sharedPsk());
    sealed("AES-256-GCM", 256, server);
    sealed("AES-128-GCM", 128, server);
    session("plain mode", new PlainSecurity(), new PlainSecurity());

    String computed = text.toString();
    Files.createDirectories(COMPUTED.getParent());
    Files.writeString(COMPUTED, computed);
    assertEquals(
        Files.exists(FILE) ? Files.readString(FILE) : "",
        computed,
        "if the change is meant: cp common/" + COMPUTED + " docs/");
  }

  private void sealed(String name, int keyBits, ServerKeys server) {
    StaticKeys own = StaticKeys.of(from(0x40, 32));
    ClientKeys client = new ClientKeys(own, server.own().publicKey(), server.sharedPsk());
    session(
        name,
        SealedSecurity.initiator(client, keyBits),
        SealedSecurity.responder(server, key -> null));
  }

  private void session(String name, Security client, Security server) {
    assertArrayEquals(client.macKey(), server.macKey());
    text.append("\n# A session, ").append(name).append('\n');
    if (client.keysAge()) {
      line("client private key", from(0x40, 32));
      line("client ephemeral private key", from(0x60, 32));
      line("server ephemeral private key", from(0x80, 32));
    }
    line("mac key", client.macKey());
    line("cookie key", Hkdf.derive(client.macKey(), "mptunnel cookie", 32));
    long id = new SessionId(client.macKey()).create(always(0xa0));
    HandshakeMacs macs = new HandshakeMacs(client.macKey());

    byte init = PacketType.encode(PacketType.HANDSHAKE_INIT, true);
    byte[] head = Handshake.head(init, id, 0xe0, Handshake.VERSION, client.mode());
    Security.Initiation initiation = client.initiate(head, always(0x60));
    byte[] message = Handshake.message(head, initiation.body());
    ByteBuffer packet = packet();
    macs.putInit(packet, message, null);
    line("INIT", packet);

    byte[] nonce = from(0xb0, 12);
    ByteBuffer cookie = packet();
    macs.putCookie(cookie, packet, nonce, from(0xc0, 16));
    line("cookie", from(0xc0, 16));
    line("COOKIE", cookie);
    assertArrayEquals(from(0xc0, 16), macs.openCookie(cookie, message));
    packet = packet();
    macs.putInit(packet, message, from(0xc0, 16));
    line("INIT with the cookie", packet);
    assertTrue(macs.isInit(packet) && HandshakeMacs.isMac2(from(0xc0, 16), packet));

    byte[] resetKey = server.resetKey(id);
    Security.Answer answer =
        server
            .receive(head, Handshake.body(message))
            .answer(HandshakeStatus.WELCOME, resetKey, always(0x80));
    byte response = PacketType.encode(PacketType.HANDSHAKE_RESPONSE, false);
    byte[] responseHead = Handshake.head(response, id, 0xe0, Handshake.VERSION, client.mode());
    packet = packet();
    macs.putResponse(packet, Handshake.message(responseHead, answer.body()), 0xd0d1d2d3d4d5d6d7L);
    line("reset key", resetKey);
    line("RESPONSE with address token d0d1d2d3d4d5d6d7", packet);
    assertTrue(macs.isResponse(packet));

    Security.Established established = initiation.read(answer.body());
    assertNotNull(established);
    assertArrayEquals(resetKey, established.resetKey());
    packets(id, established.protection(), answer.protection());

    byte[] header = Arrays.copyOf(data(id, true, 3).array(), Header.LENGTH);
    packet = packet();
    Hint.put(packet, false, header, HandshakeMacs.hintCheck(resetKey, header));
    line("HINT to a DATA packet with counter 3", packet);
  }

  private void packets(long id, PacketProtection client, PacketProtection server) {
    line(
        "DATA of the client, counter 3, DATAGRAM of flow 7, hello",
        sealed(data(id, true, 3), client, server));
    line("DATA of the server, counter 4, the same", sealed(data(id, false, 4), server, client));
    ByteBuffer open = packet();
    Header.putData(open, true, id, 0xe0, 6);
    open.position(Header.LENGTH);
    DataFrames.putOpen(open, 0x8007, "wg");
    DataFrames.putDatagram(open, 0x8007, hello());
    line(
        "DATA of the client, counter 6, OPEN of flow 32775 to wg, DATAGRAM of it, hello",
        sealed(open.flip(), client, server));
    ByteBuffer refused = packet();
    Header.putData(refused, false, id, 0xe0, 7);
    refused.position(Header.LENGTH);
    DataFrames.putRefused(refused, 0x8007, DataFrames.REFUSED_NOT_ALLOWED);
    line(
        "DATA of the server, counter 7, REFUSED of flow 32775, reason 1",
        sealed(refused.flip(), server, client));
    ByteBuffer marked = packet();
    Header.putData(marked, true, id, 0xe0, 8);
    marked.position(Header.LENGTH);
    DataFrames.putClass(marked, 0xba);
    DataFrames.putDatagram(marked, 7, hello());
    line(
        "DATA of the client, counter 8, CLASS ba, DATAGRAM of flow 7, hello",
        sealed(marked.flip(), client, server));
    ByteBuffer ping = packet();
    Header.putPath(ping, true, id, 0xe0, 2, 5);
    ping.position(Header.LENGTH);
    PathFrames.putPing(ping, 9, 11, 10);
    line(
        "PATH of the client, path 2, counter 5, PING 9, sent 11, arrived 10",
        sealed(ping.flip(), client, server));
  }

  private static ByteBuffer sealed(
      ByteBuffer packet, PacketProtection sender, PacketProtection receiver) {
    byte[] clear = Handshake.bytes(packet, 0, packet.remaining());
    sender.seal(packet);
    ByteBuffer copy = ByteBuffer.wrap(Handshake.bytes(packet, 0, packet.remaining()));
    assertEquals(ByteBuffer.wrap(clear), receiver.open(copy, packet()));
    return packet;
  }

  private static ByteBuffer data(long id, boolean fromInitiator, long counter) {
    ByteBuffer packet = packet();
    Header.putData(packet, fromInitiator, id, 0xe0, counter);
    packet.position(Header.LENGTH);
    DataFrames.putDatagram(packet, 7, hello());
    return packet.flip();
  }

  private static ByteBuffer hello() {
    return ByteBuffer.wrap("hello".getBytes(StandardCharsets.US_ASCII));
  }

  private static ByteBuffer packet() {
    return ByteBuffer.allocate(300);
  }

  private void line(String name, ByteBuffer packet) {
    line(name, Handshake.bytes(packet, 0, packet.remaining()));
  }

  private void line(String name, byte[] bytes) {
    text.append(name).append(" = ").append(HexFormat.of().formatHex(bytes)).append('\n');
  }
}

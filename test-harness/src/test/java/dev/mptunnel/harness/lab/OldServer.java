package dev.mptunnel.harness.lab;

import dev.mptunnel.config.ClientCommand;
import dev.mptunnel.crypto.Hkdf;
import dev.mptunnel.crypto.Hmac;
import dev.mptunnel.secret.SharedSeed;
import dev.mptunnel.wire.Handshake;
import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.PacketType;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;

/** A server that speaks version 0 of the protocol, which is what it says to every handshake. */
final class OldServer {

  private static final int VERSION = 0;
  private static final int MAC_KEY_BYTES = 32;

  private OldServer() {}

  /**
   * Runs until it is killed.
   *
   * @param args the secret, the address and the port
   */
  public static void main(String[] args) throws Exception {
    SharedSeed secret =
        (SharedSeed)
            new ClientCommand(Map.of("MPTUNNEL_SECRET", args[0]))
                .config("--bridge", "a 1")
                .security()
                .secret();
    byte[] publicKey = secret.clientKeys(new SplittableRandom(1)).serverPublicKey();
    Hmac mac = new Hmac(Hkdf.derive(publicKey, "mptunnel mac1", MAC_KEY_BYTES));
    InetSocketAddress at =
        new InetSocketAddress(InetAddress.ofLiteral(args[1]), Integer.parseInt(args[2]));
    try (DatagramSocket socket = new DatagramSocket(at)) {
      System.out.println("listening on " + at);
      serve(socket, mac);
    }
  }

  private static void serve(DatagramSocket socket, Hmac mac) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[2_048], 2_048);
    while (true) {
      packet.setLength(2_048);
      socket.receive(packet);
      ByteBuffer init = ByteBuffer.wrap(packet.getData(), 0, packet.getLength());
      if (init.remaining() < Handshake.HEAD_BYTES) {
        continue;
      }
      byte type = PacketType.encode(PacketType.HANDSHAKE_RESPONSE, false);
      byte[] head =
          Handshake.head(
              type, Header.sessionId(init), Header.epoch(init), VERSION, Handshake.mode(init));
      byte[] before = Handshake.message(head, new byte[Handshake.TOKEN_BYTES]);
      byte[] tag = Arrays.copyOf(mac.tag(before), Handshake.MAC_BYTES);
      byte[] answer = Handshake.message(before, tag);
      socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
    }
  }
}

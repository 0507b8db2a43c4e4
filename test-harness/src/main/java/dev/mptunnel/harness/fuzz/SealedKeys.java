package dev.mptunnel.harness.fuzz;

import dev.mptunnel.core.SealedSecurity;
import dev.mptunnel.core.Security;
import dev.mptunnel.secret.SharedSeed;
import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.PacketType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Two ends that share a secret. Somebody who does not know it can forge nothing. */
final class SealedKeys implements PacketKeys {

  private static final int TAG_BYTES = 16;
  private static final SharedSeed SECRET = SharedSeed.random(new SplittableRandom(1));

  private int newestEpoch;

  @Override
  public Security security(boolean isServer) {
    return isServer
        ? SealedSecurity.responder(SECRET.serverKeys(), _ -> null)
        : SealedSecurity.initiator(SECRET.clientKeys(new SplittableRandom(2)), 256);
  }

  @Override
  public void learn(byte[] packet) {
    if (packet.length >= Header.LENGTH
        && PacketType.type(packet[0]) == PacketType.HANDSHAKE_RESPONSE) {
      newestEpoch = Header.epoch(ByteBuffer.wrap(packet));
    }
  }

  @Override
  public int newestEpoch() {
    return newestEpoch;
  }

  @Override
  public byte[] seal(byte[] headerAndFrames) {
    return Arrays.copyOf(headerAndFrames, headerAndFrames.length + TAG_BYTES);
  }

  @Override
  public boolean opens(byte[] packet, boolean fromInitiator, Handler handler) {
    return false;
  }
}

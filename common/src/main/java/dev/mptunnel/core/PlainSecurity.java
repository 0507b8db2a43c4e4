package dev.mptunnel.core;

import dev.mptunnel.crypto.Client;
import dev.mptunnel.crypto.Hkdf;
import dev.mptunnel.crypto.Hmac;
import dev.mptunnel.wire.Handshake;
import dev.mptunnel.wire.Header;
import dev.mptunnel.wire.PlainProtection;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Plain mode: all keys are well known, and random incarnation numbers stand where a sealed
 * handshake has its keys, so that an epoch number used again after a restart never takes in what
 * was sent under the old one. It stops accidents and strays, not somebody who forges.
 */
public final class PlainSecurity implements Security {

  // As much zero behind the incarnation as keeps an INIT from being shorter than its answers.
  private static final int INIT_BODY_BYTES = 32;
  private static final int RESPONSE_BODY_BYTES = 17;

  private final byte[] macKey =
      Hkdf.derive("mptunnel plain mode".getBytes(StandardCharsets.US_ASCII), "mptunnel mac1", 32);

  @Override
  public byte[] macKey() {
    return macKey.clone();
  }

  @Override
  public int mode() {
    return Handshake.MODE_PLAIN;
  }

  @Override
  public boolean answers(int mode) {
    return mode == Handshake.MODE_PLAIN;
  }

  @Override
  public boolean keysAge() {
    return false;
  }

  @Override
  public Initiation initiate(byte[] head, RandomGenerator random) {
    long sessionId = ByteBuffer.wrap(head).getLong(Header.SESSION_ID_OFFSET);
    return new PlainInitiation(random.nextLong(), resetKey(sessionId));
  }

  @Override
  public Reception receive(byte[] head, byte[] body) {
    return body.length == INIT_BODY_BYTES ? new PlainReception(first(body)) : null;
  }

  @Override
  public byte[] resetKey(long sessionId) {
    byte[] id = ByteBuffer.allocate(Long.BYTES).putLong(sessionId).array();
    return Arrays.copyOf(new Hmac(macKey).tag(id), Handshake.MAC_BYTES);
  }

  @Override
  public Client client(byte[] publicKey) {
    return null;
  }

  private static long first(byte[] body) {
    return ByteBuffer.wrap(body).getLong();
  }

  private record PlainInitiation(long incarnation, byte[] resetKey) implements Initiation {

    @Override
    public byte[] body() {
      return ByteBuffer.allocate(INIT_BODY_BYTES).putLong(incarnation).array();
    }

    @Override
    public Established read(byte[] body) {
      if (body.length != RESPONSE_BODY_BYTES || first(body) != incarnation) {
        return null;
      }
      ByteBuffer fields = ByteBuffer.wrap(body).position(Long.BYTES);
      PlainProtection protection = new PlainProtection(incarnation, fields.getLong());
      return new Established(HandshakeStatus.of(fields.get() & 0xff), resetKey, protection);
    }
  }

  private record PlainReception(long incarnation) implements Reception {

    @Override
    public byte[] publicKey() {
      return new byte[0];
    }

    @Override
    public Client client() {
      return null;
    }

    @Override
    public Answer answer(HandshakeStatus status, byte[] resetKey, RandomGenerator random) {
      long ours = random.nextLong();
      ByteBuffer body = ByteBuffer.allocate(RESPONSE_BODY_BYTES);
      body.putLong(incarnation).putLong(ours).put((byte) status.ordinal());
      return new Answer(body.array(), new PlainProtection(incarnation, ours));
    }
  }
}

package dev.mptunnel.harness.world;

import dev.mptunnel.core.SealedSecurity;
import dev.mptunnel.core.Security;
import dev.mptunnel.crypto.Aead;
import dev.mptunnel.crypto.ClientKeys;
import dev.mptunnel.crypto.Hkdf;
import dev.mptunnel.crypto.Hmac;
import dev.mptunnel.crypto.StaticKeys;
import dev.mptunnel.wire.Cookie;
import dev.mptunnel.wire.Handshake;
import dev.mptunnel.wire.PacketType;
import dev.mptunnel.wire.SessionId;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * INITs of somebody who knows a server's public key, as everyone does who was invited once, but no
 * psk that it takes: mac1 is right, and the server learns only by an answer that nobody confirms
 * that he may not come in.
 */
public final class ForgedInits {

  private static final int BODY_BYTES = 96;
  private static final int KEY_BYTES = 32;

  private final RandomGenerator random;
  private final Security security;
  private final SessionId sessionIds;
  private final Hmac mac1;
  private final Aead cookies;

  /** The INITs that can be made of this. */
  public ForgedInits(byte[] serverPublicKey, RandomGenerator random) {
    this.random = random;
    byte[] psk = new byte[KEY_BYTES];
    random.nextBytes(psk);
    ClientKeys keys = new ClientKeys(StaticKeys.random(random), serverPublicKey, psk);
    security = SealedSecurity.initiator(keys, 256);
    byte[] macKey = security.macKey();
    sessionIds = new SessionId(macKey);
    mac1 = new Hmac(macKey);
    cookies = new Aead(Hkdf.derive(macKey, "mptunnel cookie", KEY_BYTES));
  }

  /** So many that the server has to answer, each of a session of its own; 0.2 ms for each. */
  public List<byte[]> answerable(int count) {
    List<byte[]> inits = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      byte[] head = head();
      inits.add(macked(Handshake.message(head, security.initiate(head, random).body())));
    }
    return inits;
  }

  /** One of a new session in which only mac1 is right: as fast to make as to send. */
  public byte[] hollow() {
    byte[] body = new byte[BODY_BYTES];
    random.nextBytes(body);
    return macked(Handshake.message(head(), body));
  }

  private byte[] head() {
    byte type = PacketType.encode(PacketType.HANDSHAKE_INIT, true);
    return Handshake.head(
        type, sessionIds.create(random), 1, Handshake.VERSION, Handshake.MODE_AES_256);
  }

  private byte[] macked(byte[] message) {
    ByteBuffer init = ByteBuffer.allocate(message.length + Handshake.INIT_TRAILER_BYTES);
    return init.put(message).put(mac1.tag(message), 0, Handshake.MAC_BYTES).array();
  }

  /** The cookie in the COOKIE that answered this INIT. */
  public byte[] open(byte[] init, byte[] cookiePacket) {
    int at = Handshake.mac1Offset(ByteBuffer.wrap(init));
    ByteBuffer packet = ByteBuffer.wrap(cookiePacket);
    byte[] mac = Arrays.copyOfRange(init, at, at + Handshake.MAC_BYTES);
    return cookies.open(Cookie.nonce(packet), mac, Cookie.sealed(packet));
  }

  /** The INIT with a cookie shown. */
  public static byte[] showing(byte[] cookie, byte[] init) {
    int at = init.length - Handshake.MAC_BYTES;
    byte[] mac2 = new Hmac(cookie).tag(Arrays.copyOf(init, at));
    return ByteBuffer.wrap(init.clone()).put(at, mac2, 0, Handshake.MAC_BYTES).array();
  }
}

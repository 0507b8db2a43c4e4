package dev.mptunnel.harness.micro;

import dev.mptunnel.crypto.Curve25519;
import dev.mptunnel.crypto.Hmac;
import dev.mptunnel.crypto.NoiseIkPsk2;
import dev.mptunnel.crypto.StaticKeys;
import dev.mptunnel.crypto.TransportKeys;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.spec.NamedParameterSpec;
import java.security.spec.XECPrivateKeySpec;
import java.security.spec.XECPublicKeySpec;
import java.util.SplittableRandom;
import javax.crypto.KeyAgreement;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.params.KeyParameter;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What a handshake is made of, ours beside the library that we did not take, and one as a whole.
 */
@State(Scope.Thread)
public class KeyBenchmark {

  private static final byte[] NOTHING = {};

  private final byte[] psk = new byte[NoiseIkPsk2.PSK_BYTES];

  /** As long as a handshake's first message. */
  private final byte[] message = new byte[140];

  private StaticKeys client;
  private StaticKeys server;
  private byte[] message1;
  private Hmac hmac;
  private HMac bouncyHmac;

  /** Makes the keys, and a message 1 to answer. */
  @Setup
  public void start() {
    SplittableRandom random = new SplittableRandom(1);
    client = StaticKeys.random(random);
    server = StaticKeys.random(random);
    byte[] ephemeral = StaticKeys.random(random).privateKey();
    message1 =
        NoiseIkPsk2.initiator(NOTHING, client, server.publicKey(), psk, ephemeral)
            .writeMessage1(NOTHING);
    hmac = new Hmac(psk);
    bouncyHmac = new HMac(SHA256Digest.newInstance());
    bouncyHmac.init(new KeyParameter(psk));
  }

  @Benchmark
  public byte[] x25519Agree() {
    return Curve25519.agree(client.privateKey(), server.publicKey());
  }

  @Benchmark
  public byte[] x25519PublicKey() {
    return Curve25519.publicKey(client.privateKey());
  }

  /** From and to bytes, as ours does. */
  @Benchmark
  public byte[] x25519AgreeJdk() throws GeneralSecurityException {
    byte[] bigEndian = new byte[Curve25519.KEY_BYTES];
    for (int i = 0; i < bigEndian.length; i++) {
      bigEndian[i] = server.publicKey()[bigEndian.length - 1 - i];
    }
    NamedParameterSpec curve = NamedParameterSpec.X25519;
    KeyFactory keys = KeyFactory.getInstance("X25519");
    KeyAgreement agreement = KeyAgreement.getInstance("X25519");
    agreement.init(keys.generatePrivate(new XECPrivateKeySpec(curve, client.privateKey())));
    BigInteger u = new BigInteger(1, bigEndian);
    agreement.doPhase(keys.generatePublic(new XECPublicKeySpec(curve, u)), true);
    return agreement.generateSecret();
  }

  @Benchmark
  public byte[] hmac140Bytes() {
    return hmac.tag(message);
  }

  @Benchmark
  public byte[] hmac140BytesBouncyCastle() {
    byte[] tag = new byte[Hmac.TAG_BYTES];
    bouncyHmac.update(message, 0, message.length);
    bouncyHmac.doFinal(tag, 0);
    return tag;
  }

  /** All that a server does for one handshake: reads message 1, writes message 2, has the keys. */
  @Benchmark
  public TransportKeys handshakeOfResponder() {
    NoiseIkPsk2 responder = NoiseIkPsk2.responder(NOTHING, server);
    responder.readMessage1(message1);
    responder.writeMessage2(new byte[17], psk, psk);
    return responder.split();
  }
}

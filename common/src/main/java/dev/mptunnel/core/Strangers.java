package dev.mptunnel.core;

import dev.mptunnel.crypto.ServerKeys;
import dev.mptunnel.wire.Handshake;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Tells our own side, seldom, why strangers find no way in, so that a person who mistyped a secret
 * learns of it. The strangers learn nothing. Each endpoint of a process tells for itself.
 */
final class Strangers {

  private static final long PROBE_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final Context context;
  private final Map<Refusal, Long> nextNanos = new EnumMap<>(Refusal.class);
  private final HandshakeMacs plain = new HandshakeMacs(new PlainSecurity().macKey());
  private final HandshakeMacs wellKnown =
      new HandshakeMacs(
          SealedSecurity.macKey(ServerKeys.of(ServerKeys.wellKnownSecret()).own().publicKey()));
  private long nextProbeNanos = Long.MIN_VALUE;

  Strangers(Context context) {
    this.context = context;
  }

  /** An INIT whose mac is not ours: finds out, not too often, whose it may be. */
  void onForeignInit(long now, InetSocketAddress source, ByteBuffer init) {
    if (now < nextProbeNanos) {
      return;
    }
    nextProbeNanos = now + PROBE_PAUSE_NANOS;
    boolean isSealed = Handshake.mode(init) != Handshake.MODE_PLAIN;
    if (context.security().answers(Handshake.MODE_PLAIN)) {
      if (isSealed && Handshake.version(init) == Handshake.VERSION) {
        tell(now, source, Refusal.SEALED, null);
      }
    } else if (!isSealed) {
      if (plain.isInit(init)) {
        tell(now, source, Refusal.PLAIN, null);
      }
    } else if (wellKnown.isInit(init)) {
      tell(now, source, Refusal.NO_SECRET, null);
    } else if (Handshake.version(init) == Handshake.VERSION
        && init.remaining() == SealedSecurity.INIT_BYTES) {
      tell(now, source, Refusal.OTHER_SECRET, null);
    }
  }

  /** Tells of a refusal, unless one of its kind was told of a moment ago. */
  void tell(long now, InetSocketAddress source, Refusal refusal, String name) {
    if (now >= nextNanos.getOrDefault(refusal, Long.MIN_VALUE)) {
      nextNanos.put(refusal, now + CoreLimits.TELL_STRANGERS_NANOS);
      context.output().event(new Event.StrangerRefused(source, refusal, name));
    }
  }
}

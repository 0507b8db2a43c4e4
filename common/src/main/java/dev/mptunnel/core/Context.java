package dev.mptunnel.core;

import dev.mptunnel.wire.DataFrames;
import dev.mptunnel.wire.Limits;
import dev.mptunnel.wire.PacketProtection;
import dev.mptunnel.wire.SessionId;
import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;

/** What all sessions of an endpoint share. */
final class Context {

  private EndpointSettings settings;
  private Security security;
  private HandshakeMacs macs;
  private SessionId sessionIds;
  private final AddressProof addresses;
  private final ProcessLimits process;
  private final RandomGenerator random;
  private final Output output;
  private final RefusedTargets refusedTargets = new RefusedTargets();
  private final EndpointCounters counters = new EndpointCounters();
  private TargetNames targets = TargetNames.fixedAlone();
  private final ByteBuffer scratch = ByteBuffer.allocate(Limits.MAX_PACKET_BYTES);
  private final ByteBuffer sealed = ByteBuffer.allocate(Limits.MAX_PACKET_BYTES);
  private final ByteBuffer opened = ByteBuffer.allocate(Limits.MAX_PACKET_BYTES);
  private ByteBuffer joining;
  private long arrivedNanos;
  private int trafficClass;
  private final FragmentPool fragments;

  Context(
      EndpointSettings settings,
      Security security,
      RandomGenerator random,
      Output output,
      ProcessLimits process) {
    this.settings = settings;
    setSecurity(security);
    addresses = new AddressProof(random);
    this.process = process;
    fragments = new FragmentPool(process.share(CoreLimits.FRAGMENT_BYTES));
    this.random = random;
    this.output = output;
  }

  EndpointSettings settings() {
    return settings;
  }

  void setSettings(EndpointSettings settings) {
    this.settings = settings;
  }

  /** How sessions are opened from now on. */
  Security security() {
    return security;
  }

  final void setSecurity(Security security) {
    this.security = security;
    macs = new HandshakeMacs(security.macKey());
    sessionIds = new SessionId(security.macKey());
  }

  /** Which ids sessions may have that are opened so. */
  SessionId sessionIds() {
    return sessionIds;
  }

  HandshakeMacs macs() {
    return macs;
  }

  AddressProof addresses() {
    return addresses;
  }

  /** What it shares with the other endpoints of its process. */
  ProcessLimits process() {
    return process;
  }

  StrangerLimits limits() {
    return process.strangers();
  }

  RandomGenerator random() {
    return random;
  }

  Output output() {
    return output;
  }

  /** Where peers' flows may lead. */
  TargetNames targets() {
    return targets;
  }

  void setTargets(TargetNames targets) {
    this.targets = targets;
  }

  /** Where sent packets are kept, to be sent again. */
  SharedRoom sentRoom() {
    return process.sentRoom();
  }

  /** Where datagrams wait for those before them. */
  SharedRoom heldRoom() {
    return process.heldRoom();
  }

  RefusedTargets refusedTargets() {
    return refusedTargets;
  }

  EndpointCounters counters() {
    return counters;
  }

  /**
   * When the packet arrived that is being taken: by this paths are measured, and nothing is due.
   */
  long arrivedNanos() {
    return arrivedNanos;
  }

  /** What the packet was marked with that is being taken. */
  int trafficClass() {
    return trafficClass;
  }

  void setArrival(long nanos, int packetsClass) {
    arrivedNanos = nanos;
    trafficClass = packetsClass;
  }

  /**
   * Opens a DATA or PATH packet.
   *
   * @param packet as it is if it does not open, since others may be asked to open it too
   * @return it opened, itself or in memory that is valid until the next call; or null
   */
  ByteBuffer open(PacketProtection protection, ByteBuffer packet) {
    return protection.open(protection.worksOnHeap() ? onHeap(packet) : packet, opened);
  }

  private ByteBuffer onHeap(ByteBuffer packet) {
    if (packet.hasArray()) {
      return packet;
    }
    int bytes = packet.remaining();
    return sealed.clear().put(0, packet, packet.position(), bytes).limit(bytes);
  }

  /** The buffer in which the one packet that is being made stands; cleared by this. */
  ByteBuffer scratch() {
    return scratch.clear();
  }

  /** The buffer in which pieces of a datagram are joined; cleared by this. */
  ByteBuffer joining() {
    if (joining == null) {
      joining = ByteBuffer.allocate(DataFrames.MAX_DATAGRAM_BYTES);
    }
    return joining.clear();
  }

  /** The room for pieces of datagrams. */
  FragmentPool fragments() {
    return fragments;
  }
}

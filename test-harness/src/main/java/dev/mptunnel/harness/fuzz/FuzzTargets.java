package dev.mptunnel.harness.fuzz;

import java.util.Locale;
import java.util.function.Supplier;

/** Every target: each parser has one. A new one is a class and a line here. */
enum FuzzTargets {
  PACKET(PacketTarget::new),
  DATA_FRAMES(DataFramesTarget::new),
  PATH_FRAMES(PathFramesTarget::new),
  STREAM_FRAMES(StreamFramesTarget::new),
  DESTINATION(DestinationTarget::new),
  PROXY_OPENING(ProxyOpeningTarget::new),
  TUNNEL_LINK(TunnelLinkTarget::new),
  HANDSHAKE(HandshakeTarget::new),
  ENGINE(() -> new EngineTarget(PlainKeys::new)),
  SEALED_ENGINE(() -> new EngineTarget(SealedKeys::new)),
  RELAY(RelayTarget::new),
  CONFIG_FILE(ConfigFileTarget::new),
  COMMAND_LINE(CommandLineTarget::new),
  SECRET(SecretTarget::new),
  CLIENTS_FILE(ClientsFileTarget::new),
  LINK_WORDS(LinkWordsTarget::new),
  SCENARIO(ScenarioTarget::new),
  LOAD_DATAGRAM(LoadDatagramTarget::new),

  /** Not a parser: what must be found. */
  CANARY(CanaryTarget::new);

  @SuppressWarnings("ImmutableEnumChecker") // a constructor, which nothing changes
  private final Supplier<FuzzTarget> factory;

  FuzzTargets(Supplier<FuzzTarget> factory) {
    this.factory = factory;
  }

  FuzzTarget create() {
    return factory.get();
  }

  /** The name that a person types: {@code data-frames}. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}

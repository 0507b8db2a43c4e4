package dev.mptunnel.harness.scenario;

import dev.mptunnel.harness.lab.Direction;
import dev.mptunnel.harness.lab.OpenVpn;
import dev.mptunnel.harness.lab.RunningTunnel;
import dev.mptunnel.harness.lab.Topology;
import dev.mptunnel.harness.lab.Transfer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/** A TCP transfer (cubic) to the server, inside OpenVPN with its own packet sizes. */
final class VpnTransfer implements Passenger {

  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(60);

  private final OpenVpn vpn;
  private final FutureTask<Transfer> transfer;

  VpnTransfer(Topology topology, RunningTunnel tunnel, Duration length) throws IOException {
    vpn = OpenVpn.connect(topology, tunnel.entrance(), OpenVpn.Sizes.DEFAULT, CONNECT_LIMIT);
    int seconds = (int) Math.max(1, length.toSeconds());
    transfer = new FutureTask<>(() -> Transfer.run(topology, Direction.UP, seconds, "cubic"));
  }

  /** Connecting was enough of it for a transfer, whose figure is a mean. */
  @Override
  public void warmUp() {}

  @Override
  public void start() {
    Thread.ofPlatform().name("transfer").daemon().start(transfer);
  }

  @Override
  public List<Row> finish() throws IOException {
    return List.of(new Row("openvpn", Berth.OPENVPN.way(), figures()));
  }

  private String figures() throws IOException {
    try {
      return String.format(
          Locale.ROOT,
          "%.1f Mbit/s; lost inside %s; %d replays; connected %d times",
          transfer.get().goodputMbit(),
          vpn.up(),
          vpn.replayDrops(),
          vpn.connections());
    } catch (ExecutionException e) {
      return "the transfer failed: " + e.getCause().getMessage().lines().findFirst().orElse("");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  @Override
  public void close() {
    vpn.close();
  }
}

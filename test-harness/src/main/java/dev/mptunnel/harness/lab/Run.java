package dev.mptunnel.harness.lab;

import java.util.List;

/**
 * What one transfer over one tunnel showed.
 *
 * @param tunnel the tunnel's name
 * @param transfer what TCP made of it
 * @param lineUp loss of the lines toward the server, all together, by their counters
 * @param lineDown the same toward the client
 * @param queueDrops packets that the lines' queues dropped because they were full
 * @param tooBig packets that were longer than a line's MTU and must not be fragmented
 * @param replays packets that OpenVPN refused for coming too late, or twice
 * @param used what the tunnel's processes used for the datagrams that the VPN gave them
 * @param left loss that was left inside the VPN, in the direction of the data
 * @param connections how often the VPN connected: more than 1 means that it broke
 * @param repair what the tables of the tunnel's ends say of repair, warm-up and all, a line each;
 *     empty where they have no such tables
 */
public record Run(
    String tunnel,
    Transfer transfer,
    LossCount lineUp,
    LossCount lineDown,
    long queueDrops,
    long tooBig,
    long replays,
    Usage used,
    LossCount left,
    int connections,
    List<String> repair) {

  public Run {
    repair = List.copyOf(repair);
  }

  /** The same with what the tables say, which are printed when the run is over. */
  Run withRepair(List<String> lines) {
    return new Run(
        tunnel,
        transfer,
        lineUp,
        lineDown,
        queueDrops,
        tooBig,
        replays,
        used,
        left,
        connections,
        lines);
  }
}

package dev.mptunnel.core;

/**
 * What a session has done about packets that all paths lost.
 *
 * @param holes packets of the peer's that were missing when every path had passed them
 * @param asked times that one of them was asked for
 * @param repaired those that came because they were asked for
 * @param needless those that were asked for and came by themselves
 * @param rebuilt those that were put together from others and a parity, asked for or not
 * @param givenUp those that did not come, or not in time to be waited for
 * @param withheld those of the given up that were not asked for: our own queues were full, or the
 *     budget was used up
 * @param late datagrams of ordered flows that came after what was sent behind them had been
 *     delivered
 * @param resent packets of ours that were sent again, each on every path
 * @param unanswered packets of ours that were asked for and not sent again: the budget was used up,
 *     or they were not kept any more
 * @param spentBytes bytes of questions, marks, parities and packets sent again, over all paths
 * @param sentBytes bytes sent in all, over all paths
 * @param held datagrams that waited for others
 * @param heldP50Micros how long they waited, the median, in microseconds; 0 if none did
 * @param heldP99Micros the same at the 99th percentile
 */
public record RepairReport(
    long holes,
    long asked,
    long repaired,
    long needless,
    long rebuilt,
    long givenUp,
    long withheld,
    long late,
    long resent,
    long unanswered,
    long spentBytes,
    long sentBytes,
    long held,
    long heldP50Micros,
    long heldP99Micros) {}

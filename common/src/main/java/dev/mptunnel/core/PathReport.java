package dev.mptunnel.core;

import java.net.InetSocketAddress;

/**
 * A path's figures at one moment, since the session began.
 *
 * @param id the path's number in its session
 * @param name what the configuration calls it, or a name made from its number
 * @param remote where it leads, or null where that is unknown
 * @param up whether it answers, and so carries data
 * @param mtuBytes the longest IP packet that it carries from us to the peer; 0: not known
 * @param carriesEcn whether marks of congestion (ECN) reach the peer on it, and are heeded
 * @param sent packets sent on it
 * @param received packets that arrived on it, copies included
 * @param lossOut the share lost, 0 to 1, from us to the peer; NaN: not measured
 * @param lossIn the share lost from the peer to us; NaN: not measured
 * @param rttP50Micros median round trip in microseconds; 0: not measured
 * @param rttP99Micros the round trip that 99 of 100 stay under
 * @param wins DATA packets that arrived here first
 * @param saves DATA packets that arrived here alone
 */
public record PathReport(
    int id,
    String name,
    InetSocketAddress remote,
    boolean up,
    int mtuBytes,
    boolean carriesEcn,
    long sent,
    long received,
    double lossOut,
    double lossIn,
    long rttP50Micros,
    long rttP99Micros,
    long wins,
    long saves) {}

package dev.mptunnel.core;

/** What {@link RepairReport} tells of packets, as it is counted. */
final class RepairFigures {
  long holes;
  long asked;
  long repaired;
  long needless;
  long rebuilt;
  long givenUp;
  long withheld;
  long late;
  long resent;
  long unanswered;
  long spentBytes;
}

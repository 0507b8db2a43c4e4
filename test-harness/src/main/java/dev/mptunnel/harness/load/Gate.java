package dev.mptunnel.harness.load;

/** Holds a paced sender back; asked on the loop's thread. */
public interface Gate {

  /** Holds nobody back. */
  Gate OPEN = (sequence, nowNanos) -> true;

  /** Whether this one may be sent now; if so, it is. Asked again about the same one otherwise. */
  boolean opens(int sequence, long nowNanos);
}

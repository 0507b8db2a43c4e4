package dev.mptunnel.core;

import dev.mptunnel.wire.DataFrames;

/** Why a flow leads nowhere. */
public enum TargetRefusal {
  /** The responder has no such target. */
  UNKNOWN(DataFrames.REFUSED_UNKNOWN),
  /** It is not for this client. */
  NOT_ALLOWED(DataFrames.REFUSED_NOT_ALLOWED);

  private final int reason;

  TargetRefusal(int reason) {
    this.reason = reason;
  }

  /** What a REFUSED says for it. */
  int reason() {
    return reason;
  }

  /** What a REFUSED means; whatever else a later version may say comes to "not allowed". */
  static TargetRefusal of(int reason) {
    return reason == DataFrames.REFUSED_UNKNOWN ? UNKNOWN : NOT_ALLOWED;
  }
}

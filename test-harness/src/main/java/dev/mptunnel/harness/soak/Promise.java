package dev.mptunnel.harness.soak;

/** What users are told of a fault, and what a soak holds the programs to. */
enum Promise {
  /** Datagrams take every path, and TCP connections all tunnels. */
  CARRIES_ON(
      "no datagram is lost, since another path brings it; each comes once and whole;"
          + " no TCP connection breaks, and none stands still for 20 s"),

  /** An end has forgotten everything. */
  COMES_BACK(
      "what was under way may be lost, and TCP connections may break; but from "
          + Promise.COMES_BACK_SECONDS
          + " s after the program is there again all of the above holds, for new connections");

  /** Within so many seconds of its start an end carries everything again. */
  static final int COMES_BACK_SECONDS = 5;

  private final String text;

  Promise(String text) {
    this.text = text;
  }

  @Override
  public String toString() {
    return text;
  }
}

package dev.mptunnel.config;

/** Whether datagrams may travel over TCP, where they wait for each other. */
public enum OverTcp {
  /** As long as no UDP comes through. */
  AUTO,
  /** Never. */
  OFF,
  /** Besides UDP, all the time. */
  ALWAYS
}

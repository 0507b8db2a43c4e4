package dev.mptunnel.config;

/** A setting that is one or the other. */
enum Switch {
  ON,
  OFF
}

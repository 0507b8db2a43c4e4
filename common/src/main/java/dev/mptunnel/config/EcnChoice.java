package dev.mptunnel.config;

/** Whether congestion notification (ECN) passes between the networks and what we carry. */
enum EcnChoice {
  OFF,
  COPY
}

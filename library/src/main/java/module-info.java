/** Both ends of a tunnel, for programs: connections and datagrams over several paths at once. */
module dev.mptunnel {
  requires dev.mptunnel.client;
  requires dev.mptunnel.common;
  requires dev.mptunnel.server;

  exports dev.mptunnel.api;
}

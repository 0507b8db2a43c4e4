/** mpserver, and what the library needs of it. */
@SuppressWarnings("module") // the library comes after it
module dev.mptunnel.server {
  requires transitive dev.mptunnel.common;
  requires org.slf4j;

  exports dev.mptunnel.server to
      dev.mptunnel;
}

package dev.mptunnel.secret;

import dev.mptunnel.crypto.ServerKeys;

/** One that server and clients have alike. Whoever knows it can pose as either. */
public sealed interface SharedSecret extends Secret permits SharedSeed, Password {

  /** The keys of the server. Of a password this takes a good part of a second and 64 MiB. */
  ServerKeys serverKeys();
}

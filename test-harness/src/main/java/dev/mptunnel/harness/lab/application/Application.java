package dev.mptunnel.harness.lab.application;

import dev.mptunnel.harness.lab.Endpoint;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A program that does some work over the network, and notices if anything of it went wrong. */
public interface Application {

  /** What the user and the table call it. */
  String name();

  /** What its work is, and how it finds the proxy. */
  String work();

  /** So many full packets at least the work takes, both ways together. */
  long packets();

  /**
   * Does the work once.
   *
   * @param proxy by which it is done; directly if there is none
   * @return how that went, for each part of the work that counts as one
   * @throws IOException if it went wrong as a whole, saying why
   */
  List<Attempt> run(Optional<Endpoint> proxy) throws IOException;

  /** All of them. */
  static List<Application> all(Workplace workplace, Origin origin) {
    return List.of(
        Curl.http1(workplace, origin),
        Curl.http2(workplace, origin),
        new ParallelCurl(workplace, origin),
        new Ssh(workplace, origin),
        new Scp(workplace, origin),
        new GitClone(workplace, origin),
        new Browser(workplace, origin),
        new Lookups(workplace, origin));
  }
}

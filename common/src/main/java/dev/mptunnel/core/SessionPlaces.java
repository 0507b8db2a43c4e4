package dev.mptunnel.core;

/**
 * The places for sessions that peers open, over all endpoints of a process: so many in all, and so
 * many for each client that has a name. A client that has all its places gets another in the stead
 * of its longest silent session; but not of one in use, or two processes with the same invitation
 * would drive each other out for ever.
 */
public interface SessionPlaces {

  /**
   * Whether a client may have one more.
   *
   * @param client its name, or null
   */
  boolean hasRoom(long now, String client);

  /**
   * Takes a place.
   *
   * @param client the session's client's name, or null
   * @param evict ends the session, should another one get its place; the place has been given back
   *     then. Called on the thread that this was called on
   * @return null if there is none
   */
  Place take(long now, String client, Runnable evict);

  /** The settings are others: by these it is known from now on which sessions are silent. */
  void adjust(EndpointSettings settings);

  /** A session's place. */
  interface Place {

    /** The session's client has been heard. */
    void heard(long now);

    /** The session's client has another name by now. */
    void rename(String client);

    /** Gives it back; for one that another session has got by now, this does nothing. */
    void giveBack();
  }
}

package dev.mptunnel.net;

/**
 * What a connection leads to at this end. Called when a {@link StriperDriver} has done its work.
 */
public interface ConnectionEnd {

  /** Where nobody waits for anything. */
  ConnectionEnd NONE = _ -> {};

  /** The peer has reached the destination that the connection names. */
  default void onReached() {}

  /** There is something to read, or the end has come. */
  default void onReadable() {}

  /** There is room to write again. */
  default void onRoom() {}

  /**
   * The peer has ended it, or all is over.
   *
   * @param code why, see {@link dev.mptunnel.stream.StreamError}
   */
  void onReset(int code);

  /** Both ways have ended in order. */
  default void onDone() {}
}

package dev.mptunnel.stream;

import java.nio.ByteBuffer;

/**
 * A byte stream each way between an application of one end and one of the other, as TCP has them:
 * either way may end before the other, and a reset ends both. After any of its methods {@link
 * Striper#flush} is to be called.
 */
public final class Connection {

  private final Striper striper;
  private final int id;
  private final String target;
  private final SendHalf sending;
  private final ReceiveHalf receiving = new ReceiveHalf();
  private boolean known;
  private boolean openDue;
  private boolean finDue;
  private boolean finSent;
  private boolean creditDue;
  private boolean connectedDue;
  private boolean connectedTold;
  private boolean resetDue;
  private boolean isReset;
  private int resetCode;
  private boolean hasMore;
  private boolean wasFull;
  private long countedBytes;
  private long openedNanos;
  private Object attachment;

  /**
   * @param known whether the peer knows it
   */
  Connection(Striper striper, int id, String target, boolean known) {
    this.striper = striper;
    this.id = id;
    this.target = target;
    this.known = known;
    sending = new SendHalf(this, striper.room());
    openDue = !known;
  }

  /** What both ends call it. */
  public int id() {
    return id;
  }

  /**
   * The name of the target at the responder, or empty for the one that has none; or a {@link
   * dev.mptunnel.wire.Destination} as it is written.
   */
  public String target() {
    return target;
  }

  // --- the application's side ---

  /** How many bytes {@link #write} would take. */
  public int room() {
    return sending.room();
  }

  /** Takes what there is room for; if that is not all, {@link StreamOutput#writable} follows. */
  public int write(ByteBuffer data) {
    int count = isReset ? 0 : sending.write(data);
    wasFull = data.hasRemaining();
    hasMore |= wasFull;
    striper.note(this);
    return count;
  }

  /** There is nothing more to write. */
  public void finish() {
    sending.finish();
    hasMore = false;
    striper.note(this);
  }

  /** How many bytes can be read. */
  public long readableBytes() {
    return receiving.readableBytes();
  }

  /** Whether all was read that will ever come. */
  public boolean isAtEnd() {
    return receiving.isDone();
  }

  /** Moves as much as there is, and as there is room for. @return how much that was */
  public int read(ByteBuffer into) {
    int count = receiving.read(into);
    striper.note(this);
    return count;
  }

  /** The peer is to be told that what the connection leads to was reached; the responder does. */
  public void confirm() {
    if (!isReset) {
      connectedDue = true;
      striper.note(this);
    }
  }

  /**
   * Ends both ways at once; what is under way is dropped.
   *
   * @param code see {@link StreamError}
   */
  public void reset(int code) {
    if (!isReset) {
      end(code);
      resetDue = true;
      striper.note(this);
    }
  }

  /** What whoever drives the striper keeps with it. */
  public Object attachment() {
    return attachment;
  }

  /** Keeps something with it; null for nothing. */
  public void attach(Object kept) {
    attachment = kept;
  }

  // --- what the striper does with it ---

  SendHalf sending() {
    return sending;
  }

  ReceiveHalf receiving() {
    return receiving;
  }

  /** Nothing goes or comes any more. */
  void end(int code) {
    isReset = true;
    resetCode = code;
    sending.clear();
    receiving.clear();
  }

  /** Whether either end has ended it before both had sent all. */
  public boolean isReset() {
    return isReset;
  }

  int resetCode() {
    return resetCode;
  }

  /** Whether both ways have ended in order. */
  boolean isDone() {
    return !isReset && sending.isDone() && receiving.isDone();
  }

  /** Whether the peer knows it, so that it need not be told what it is. */
  boolean isKnown() {
    return known;
  }

  void setKnown() {
    known = true;
    openDue = false;
  }

  /** Whether the application had more to write than there was room for, and that is not sent. */
  boolean hasMore() {
    return hasMore;
  }

  /** Something may have been sent. */
  void noteSent() {
    hasMore &= !sending.isDry();
  }

  /** Whether there is room to write again that an application waits for; says so once. */
  boolean takeWritable() {
    if (wasFull && sending.room() > 0 && !isReset) {
      wasFull = false;
      return true;
    }
    return false;
  }

  /** Says when it was opened here. */
  public void noteOpened(long now) {
    openedNanos = now;
  }

  TunnelReport.Open report(long now) {
    return new TunnelReport.Open(
        id, target, now - openedNanos, sending.end(), receiving.readBytes());
  }

  /** What it may send that its striper counts, and has counted last. */
  long countedBytes() {
    return countedBytes;
  }

  void setCountedBytes(long bytes) {
    countedBytes = bytes;
  }

  // --- what is due to be told, each until it is sent, and again if that is lost ---

  boolean isOpenDue() {
    return openDue && !known;
  }

  void setOpenDue(boolean due) {
    openDue = due;
  }

  boolean isFinDue() {
    return !isReset && sending.mayFinish() && !sending.isDone() && (finDue || !finSent);
  }

  void setFinDue(boolean due) {
    finDue = due;
    finSent = !due;
  }

  boolean isCreditDue() {
    return !isReset && (creditDue || receiving.isCreditDue());
  }

  void setCreditDue(boolean due) {
    creditDue = due;
  }

  boolean isResetDue() {
    return resetDue;
  }

  void setResetDue(boolean due) {
    resetDue = due;
  }

  boolean isConnectedDue() {
    return connectedDue && !isReset;
  }

  void setConnectedDue(boolean due) {
    connectedDue = due;
  }

  /** The peer says that it has reached what this leads to. @return whether that is news */
  boolean takeConnected() {
    boolean isNews = !connectedTold;
    connectedTold = true;
    return isNews;
  }

  boolean isTellDue() {
    return isOpenDue() || isFinDue() || isCreditDue() || isConnectedDue() || isResetDue();
  }

  @Override
  public String toString() {
    return "connection " + id + (target.isEmpty() ? "" : " to " + target);
  }
}

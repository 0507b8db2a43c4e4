package dev.mptunnel.harness.fuzz;

import java.util.Arrays;

/** Cuts an input into numbers and pieces, from its start. Behind its end there are only zeros. */
final class InputReader {

  private final byte[] input;
  private int position;

  InputReader(byte[] input) {
    this.input = input;
  }

  boolean isAtEnd() {
    return position >= input.length;
  }

  /** 0 to 255. */
  int nextByte() {
    return isAtEnd() ? 0 : input[position++] & 0xff;
  }

  /** 0 to 65,535. */
  int nextShort() {
    return nextByte() << 8 | nextByte();
  }

  /** Any number of so many bytes, at most 8. */
  long next(int bytes) {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value = value << 8 | nextByte();
    }
    return value;
  }

  /** So many bytes, or what is left. */
  byte[] nextBytes(int length) {
    int end = Math.min(input.length, position + length);
    byte[] bytes = Arrays.copyOfRange(input, position, end);
    position = end;
    return bytes;
  }

  /** All that is left. */
  byte[] rest() {
    return nextBytes(input.length - position);
  }
}

package dev.mptunnel.core;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * A hash table from {@code long} to objects that allocates nothing when it is asked: open
 * addressing, linear probing, deletion by shifting back.
 */
final class LongMap<V> {

  private static final int FIRST_SIZE = 16;

  private long[] keys = new long[FIRST_SIZE];
  private Object[] values = new Object[FIRST_SIZE];
  private int size;

  int size() {
    return size;
  }

  /** The value, or null. */
  @SuppressWarnings("unchecked") // only put() writes values, and it takes V
  V get(long key) {
    return (V) values[find(key)];
  }

  void put(long key, V value) {
    int slot = find(key);
    if (values[slot] == null) {
      size++;
    }
    keys[slot] = key;
    values[slot] = value;
    if (size * 2 > keys.length) {
      rehash();
    }
  }

  void remove(long key) {
    int hole = find(key);
    if (values[hole] == null) {
      return;
    }
    size--;
    int mask = keys.length - 1;
    for (int next = hole + 1 & mask; values[next] != null; next = next + 1 & mask) {
      int home = home(keys[next]);
      if ((next - home & mask) >= (next - hole & mask)) {
        keys[hole] = keys[next];
        values[hole] = values[next];
        hole = next;
      }
    }
    values[hole] = null;
  }

  /** Hands over each value; the map may be changed meanwhile, which this pass does not see. */
  @SuppressWarnings("unchecked")
  void forEach(Consumer<V> action) {
    for (Object value : Arrays.copyOf(values, values.length)) {
      if (value != null) {
        action.accept((V) value);
      }
    }
  }

  private void rehash() {
    long[] oldKeys = keys;
    Object[] oldValues = values;
    keys = new long[oldKeys.length * 2];
    values = new Object[oldKeys.length * 2];
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldValues[i] != null) {
        int slot = find(oldKeys[i]);
        keys[slot] = oldKeys[i];
        values[slot] = oldValues[i];
      }
    }
  }

  private int find(long key) {
    int mask = keys.length - 1;
    int slot = home(key);
    while (values[slot] != null && keys[slot] != key) {
      slot = slot + 1 & mask;
    }
    return slot;
  }

  private int home(long key) {
    long mixed = key * 0x9e3779b97f4a7c15L; // Knuth's multiplicative hashing, 2^64 / phi
    return (int) (mixed >>> 40) & keys.length - 1;
  }
}

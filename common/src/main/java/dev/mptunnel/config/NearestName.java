package dev.mptunnel.config;

import java.util.List;
import java.util.Locale;

/** Finds what somebody who mistyped a name most likely meant, by Levenshtein's distance. */
public final class NearestName {

  /** Longer input is not a slip of the fingers, and the distance costs its square. */
  private static final int MAX_CHARS = 40;

  private static final int MAX_DISTANCE = 3;

  private NearestName() {}

  /** The nearest of the names, or null if none is near. */
  public static String of(String typed, List<String> names) {
    if (typed.isEmpty() || typed.length() > MAX_CHARS) {
      return null;
    }
    String word = typed.toLowerCase(Locale.ROOT);
    String nearest = null;
    int least = 1 + Math.clamp(word.length() / 2, 1, MAX_DISTANCE);
    for (String name : names) {
      int distance = distance(word, name);
      if (distance < least) {
        least = distance;
        nearest = name;
      }
    }
    return nearest;
  }

  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}

package dev.mptunnel.config;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** One of an enum's constants, written in lower case and with dashes. */
final class Choice<E extends Enum<E>> implements ValueType<E> {

  private final List<E> constants;

  private final char underscore;

  Choice(Class<E> type) {
    this(type, '-');
  }

  /**
   * A choice of things that have a name already.
   *
   * @param underscore what stands in it for the underscore of a constant
   */
  Choice(Class<E> type, char underscore) {
    this.constants = Arrays.asList(type.getEnumConstants());
    this.underscore = underscore;
  }

  @Override
  public E parse(String text) throws ConfigException {
    for (E constant : constants) {
      if (word(constant).equals(text)) {
        return constant;
      }
    }
    throw new ConfigException(Excerpt.of(text) + " is not known; expected " + expected());
  }

  @Override
  public List<String> words() {
    return constants.stream().map(this::word).toList();
  }

  @Override
  public String placeholder() {
    return "WORD";
  }

  @Override
  public String expected() {
    List<String> words = words();
    int last = words.size() - 1;
    return String.join(", ", words.subList(0, last)) + " or " + words.get(last);
  }

  private String word(E constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', underscore);
  }
}

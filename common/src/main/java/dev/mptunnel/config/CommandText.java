package dev.mptunnel.config;

import java.util.List;

/**
 * What the help of a program says beside its settings.
 *
 * @param name what the program is called
 * @param synopses how it is called, without the name
 * @param summary what it does, in a line or two
 * @param example a call with the program's name
 * @param notes what follows the options
 * @param runs whether it runs on and writes a log
 */
record CommandText(
    String name,
    List<String> synopses,
    String summary,
    String example,
    List<String> notes,
    boolean runs) {}

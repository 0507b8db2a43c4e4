package dev.mptunnel.harness.lab;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Command lines for programs of this project, run with the Java and the class path that run the
 * lab, and with the options that the launcher gives: real processes, and no build is started inside
 * a namespace.
 */
public final class JavaProgram {

  private JavaProgram() {}

  /** The command that runs a main class with these arguments. */
  public static List<String> command(String mainClass, String... arguments) {
    return command(List.of("-Xmx128m"), mainClass, arguments);
  }

  /** The same with these options of the JVM, among them how large its heap may be. */
  public static List<String> command(List<String> options, String mainClass, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-XX:+UseSerialGC",
            "-Xms16m",
            "-XX:MetaspaceSize=64m",
            "-Dio.netty.leakDetection.level=disabled",
            "-Dslf4j.provider=org.slf4j.jul.JULServiceProvider",
            "-Dslf4j.internal.verbosity=WARN"));
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
    command.addAll(List.of(arguments));
    return command;
  }
}

package dev.mptunnel.architecture;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.nio.Buffer;
import java.util.AbstractCollection;
import java.util.AbstractMap;
import java.util.BitSet;
import java.util.List;
import java.util.Set;

/**
 * What a class of the core must be: a function of its arguments. Time and randomness are given to
 * it and effects leave by its outputs, so that a run can be repeated bit for bit.
 */
final class SansIo extends ArchCondition<JavaClass> {

  /** Packages end in a dot and include those below them. */
  private static final List<String> FORBIDDEN_TYPES =
      List.of(
          // Sockets, channels, files, the console.
          "java.io.",
          "java.net.",
          "javax.net.",
          "java.nio.channels.",
          "java.nio.file.",
          "io.netty.",
          "dev.mptunnel.net.",
          // Threads, executors, locks, processes.
          "java.util.concurrent.",
          "java.lang.Thread",
          "java.lang.ThreadLocal",
          "java.lang.InheritableThreadLocal",
          "java.lang.ScopedValue",
          "java.lang.Runtime",
          "java.lang.Process",
          "java.lang.ProcessBuilder",
          "java.lang.ProcessHandle",
          "java.util.Timer",
          // Clocks.
          "java.time.Clock",
          "java.time.InstantSource",
          "java.util.Date",
          "java.util.Calendar",
          // Sources of randomness; what is given is a java.util.random.RandomGenerator.
          "java.util.Random",
          "java.util.SplittableRandom",
          "java.util.random.RandomGeneratorFactory",
          "java.security.SecureRandom",
          // Logging.
          "org.slf4j.",
          "java.util.logging.",
          "java.lang.System$Logger");

  /**
   * Harmless neighbours of the above. Addresses are values; what resolves names is below. Atomic
   * numbers wait for nobody, and to one thread alone are plain ones.
   */
  private static final Set<String> ALLOWED_TYPES =
      Set.of(
          "java.io.Serializable",
          "java.net.InetAddress",
          "java.net.Inet4Address",
          "java.net.Inet6Address",
          "java.net.InetSocketAddress",
          "java.util.concurrent.TimeUnit",
          "java.util.concurrent.atomic.AtomicLong",
          "java.util.concurrent.atomic.AtomicLongArray");

  /** How the full name of a method or constructor starts that reaches out of a harmless type. */
  private static final List<String> FORBIDDEN_CALLS =
      List.of(
          "java.lang.Math.random(",
          "java.lang.StrictMath.random(",
          "java.lang.Object.wait(",
          "java.lang.Object.notify",
          "java.util.Collections.shuffle(java.util.List)",
          "java.util.UUID.randomUUID(",
          "java.util.random.RandomGenerator.of(",
          "java.util.random.RandomGenerator.getDefault(",
          "java.util.concurrent.TimeUnit.sleep(",
          "java.util.concurrent.TimeUnit.timed",
          // The resolver is behind these.
          "java.net.InetAddress.getAllByName(",
          "java.net.InetAddress.getByName(",
          "java.net.InetAddress.getCanonicalHostName(",
          "java.net.InetAddress.getHostName(",
          "java.net.InetAddress.getLocalHost(",
          "java.net.InetAddress.isReachable(",
          "java.net.InetSocketAddress.getHostName(",
          "java.net.InetSocketAddress.<init>(java.lang.String, ");

  /** A constant of such a type would be state that all worlds of a test share. */
  private static final List<Class<?>> MADE_TO_CHANGE =
      List.of(
          AbstractCollection.class,
          AbstractMap.class,
          Appendable.class,
          BitSet.class,
          Buffer.class);

  SansIo() {
    super("be functions of their arguments: no I/O, no thread, no clock, no randomness, no state");
  }

  @Override
  public void check(JavaClass type, ConditionEvents events) {
    for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
      if (isForbiddenType(dependency.getTargetClass().getBaseComponentType().getName())) {
        violated(events, type, dependency.getDescription());
      }
    }
    for (JavaAccess<?> access : type.getAccessesFromSelf()) {
      if (isForbiddenTarget(access)) {
        violated(events, type, access.getDescription());
      }
    }
    for (JavaMethod method : type.getMethods()) {
      if (method.getModifiers().contains(JavaModifier.SYNCHRONIZED)) {
        violated(events, type, method.getDescription() + " is synchronized");
      }
    }
    for (JavaField field : type.getFields()) {
      if (isSharedState(field)) {
        violated(events, type, field.getDescription() + " is static state");
      }
    }
  }

  private static boolean isForbiddenType(String name) {
    return !ALLOWED_TYPES.contains(name)
        && FORBIDDEN_TYPES.stream()
            .anyMatch(f -> f.endsWith(".") ? name.startsWith(f) : name.equals(f));
  }

  private static boolean isForbiddenTarget(JavaAccess<?> access) {
    String target = access.getTarget().getFullName();
    if (target.startsWith("java.lang.System.")) {
      return !access.getName().equals("arraycopy");
    }
    if (target.startsWith("java.time.")) {
      return access.getName().equals("now");
    }
    return FORBIDDEN_CALLS.stream().anyMatch(target::startsWith);
  }

  /**
   * As far as the type tells: an array, or a {@code List.of}, that nobody changes is a constant.
   */
  private static boolean isSharedState(JavaField field) {
    return field.getModifiers().contains(JavaModifier.STATIC)
        && (!field.getModifiers().contains(JavaModifier.FINAL)
            || MADE_TO_CHANGE.stream().anyMatch(field.getRawType()::isAssignableTo));
  }

  private static void violated(ConditionEvents events, JavaClass type, String what) {
    events.add(SimpleConditionEvent.violated(type, what));
  }
}

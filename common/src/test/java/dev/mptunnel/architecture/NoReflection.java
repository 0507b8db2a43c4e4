package dev.mptunnel.architecture;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.regex.Pattern;

/** Nothing is found by its name at run time, by reflection or by method handles. */
final class NoReflection extends ArchCondition<JavaClass> {

  private static final Pattern FORBIDDEN_CALL =
      Pattern.compile(
          "java\\.lang\\.Class\\.(forName|newInstance|get(Declared)?(Field|Method|Constructor)s?)\\(.*"
              + "|java\\.lang\\.ClassLoader\\.loadClass\\(.*"
              + "|java\\.lang\\.invoke\\.MethodHandles\\$Lookup\\.(unreflect|find(?!VarHandle)).*");

  NoReflection() {
    super("use no reflection");
  }

  @Override
  public void check(JavaClass type, ConditionEvents events) {
    for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
      if (dependency.getTargetClass().getPackageName().equals("java.lang.reflect")) {
        events.add(SimpleConditionEvent.violated(type, dependency.getDescription()));
      }
    }
    for (JavaAccess<?> access : type.getAccessesFromSelf()) {
      if (FORBIDDEN_CALL.matcher(access.getTarget().getFullName()).matches()) {
        events.add(SimpleConditionEvent.violated(type, access.getDescription()));
      }
    }
  }
}

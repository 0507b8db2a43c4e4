package dev.mptunnel.api;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.lang.reflect.Method;
import org.junit.jupiter.api.Test;

/** The library is wiring between its callers and the ends: it knows no engine's insides. */
class LayersTest {

  private static final ArchRule NEITHER_NETTY_NOR_REFLECTION =
      noClasses()
          .that()
          .resideInAPackage("dev.mptunnel.api..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.netty..", "picocli..", "java.lang.reflect..");

  @Test
  void theLibraryKnowsNeitherNettyNorReflection() {
    NEITHER_NETTY_NOR_REFLECTION.check(
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.mptunnel.api"));
  }

  @Test
  void theRuleNotices() {
    JavaClasses offender = new ClassFileImporter().importClasses(Reflects.class);
    assertTrue(NEITHER_NETTY_NOR_REFLECTION.evaluate(offender).hasViolation());
  }

  /** Breaks it. */
  static final class Reflects {
    String name(Method method) {
      return method.getName();
    }
  }
}

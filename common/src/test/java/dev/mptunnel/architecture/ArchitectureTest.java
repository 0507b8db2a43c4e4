package dev.mptunnel.architecture;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The rules that the packages keep: the core is sans-IO, only {@code net} touches sockets, threads
 * and the clock, and nobody reflects. Each rule is also shown a class that breaks it, of {@link
 * Violations}.
 */
class ArchitectureTest {

  private static final String[] SANS_IO = {
    "dev.mptunnel.wire..",
    "dev.mptunnel.crypto..",
    "dev.mptunnel.core..",
    "dev.mptunnel.stream..",
    "dev.mptunnel.access..",
    "dev.mptunnel.dial..",
    "dev.mptunnel.mesh.."
  };

  private static final ArchRule THE_CORE_IS_SANS_IO =
      classes().that().resideInAnyPackage(SANS_IO).should(new SansIo());

  /** {@code program} is what the three programs have in common, and wires net to the core. */
  private static final ArchRule ONLY_PROGRAMS_KNOW_NET =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.mptunnel.net..", "dev.mptunnel.program..")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.mptunnel.net..");

  private static final ArchRule NO_REFLECTION =
      classes()
          .that()
          .doNotHaveFullyQualifiedName("dev.mptunnel.net.Signals")
          .should(new NoReflection());

  private static final Pattern SUPPRESSES_RESTRICTED =
      Pattern.compile("@SuppressWarnings\\([^)]*\"restricted\"");

  private static final JavaClasses PRODUCTION =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.mptunnel");

  private static final JavaClasses SHOWN =
      new ClassFileImporter().importPackages("dev.mptunnel.architecture");

  @Test
  void theCoreIsSansIo() {
    assertTrue(PRODUCTION.containPackage("dev.mptunnel.core"), "the rule must see the core");
    assertTrue(PRODUCTION.containPackage("dev.mptunnel.wire"), "and the wire format");
    THE_CORE_IS_SANS_IO.check(PRODUCTION);
  }

  @Test
  void onlyTheProgramsKnowNet() {
    ONLY_PROGRAMS_KNOW_NET.check(PRODUCTION);
  }

  @Test
  void nobodyReflectsButTheClassThatReachesSignals() {
    assertTrue(PRODUCTION.contain("dev.mptunnel.net.Signals"), "the exception has moved");
    NO_REFLECTION.check(PRODUCTION);
  }

  /**
   * An annotation of the source that class files do not keep, so this one reads the text. The labs
   * of test-harness, which nobody ships, may open what they measure.
   */
  @Test
  void onlyNetSuppressesTheWarningOfRestrictedMethods() throws IOException {
    List<Path> offenders;
    try (Stream<Path> files = Files.walk(Path.of(".."))) {
      offenders =
          files
              .filter(file -> file.toString().matches(".*/src/(main|test)/java/.*\\.java"))
              .filter(file -> !file.toString().contains("/dev/mptunnel/net/"))
              .filter(file -> !file.toString().contains("/dev/mptunnel/harness/lab/"))
              .filter(file -> !file.startsWith(Path.of("..", "test-harness")))
              .filter(ArchitectureTest::suppressesRestricted)
              .toList();
    }
    assertEquals(List.of(), offenders);
    assertTrue(SUPPRESSES_RESTRICTED.matcher("@SuppressWarnings({\"a\", \"restricted\"})").find());
  }

  @ParameterizedTest
  @ValueSource(
      classes = {
        Violations.OpensSocket.class,
        Violations.HoldsChannel.class,
        Violations.HoldsPort.class,
        Violations.KnowsNetty.class,
        Violations.NamesFile.class,
        Violations.Logs.class,
        Violations.HasExecutor.class,
        Violations.HasLock.class,
        Violations.StartsThread.class,
        Violations.Synchronizes.class,
        Violations.ReadsNanoTime.class,
        Violations.ReadsInstant.class,
        Violations.Prints.class,
        Violations.MakesRandom.class,
        Violations.UsesThreadLocalRandom.class,
        Violations.UsesMathRandom.class,
        Violations.MakesUuid.class,
        Violations.TakesDefaultRandom.class,
        Violations.ResolvesName.class,
        Violations.ResolvesByConstructor.class,
        Violations.HasStaticField.class,
        Violations.HasStaticMap.class,
        Violations.HasStaticBuffer.class
      })
  void theSansIoRuleNotices(Class<?> violation) {
    assertFalse(holds(classes().should(new SansIo()), violation));
  }

  @ParameterizedTest
  @ValueSource(classes = {Violations.FindsClass.class, Violations.CallsMethod.class})
  void theReflectionRuleNotices(Class<?> violation) {
    assertFalse(holds(NO_REFLECTION, violation));
  }

  @Test
  void theLayerRuleNotices() {
    assertFalse(holds(ONLY_PROGRAMS_KNOW_NET, Violations.HoldsPort.class));
  }

  @Test
  void noRuleMindsWhatIsHarmless() {
    assertTrue(holds(classes().should(new SansIo()), Violations.Harmless.class));
    assertTrue(holds(NO_REFLECTION, Violations.Harmless.class));
    assertTrue(holds(ONLY_PROGRAMS_KNOW_NET, Violations.Harmless.class));
  }

  private static boolean holds(ArchRule rule, Class<?> type) {
    JavaClasses only = SHOWN.that(JavaClass.Predicates.equivalentTo(type));
    assertEquals(1, only.size());
    return !rule.evaluate(only).hasViolation();
  }

  private static boolean suppressesRestricted(Path source) {
    try {
      return SUPPRESSES_RESTRICTED.matcher(Files.readString(source)).find();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}

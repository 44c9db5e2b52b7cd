package io.thingstead;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameStartingWith;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The layers: who may know whom. Read it as the map of the program. */
class ArchitectureTest {
  private static final String ROOT = "io.thingstead.";

  /** Which features each feature may know; the outside knows all, and none of them knows it. */
  private static final Map<String, List<String>> FEATURES =
      Map.ofEntries(
          Map.entry("account", List.of()),
          Map.entry("audit", List.of("account")),
          Map.entry("event", List.of("account")),
          Map.entry("identity", List.of("account", "event")),
          Map.entry("registry", List.of("account", "event", "identity")),
          Map.entry("authorize", List.of("account", "event", "identity", "registry")),
          Map.entry("person", List.of("account", "event", "identity", "registry", "authorize")),
          Map.entry("function", List.of("account", "event", "identity")),
          Map.entry("domain", List.of("account", "event", "identity", "registry", "function")),
          Map.entry(
              "authorizer",
              List.of("account", "event", "identity", "registry", "authorize", "function")),
          Map.entry("broker", List.of("account", "event", "identity", "registry", "authorize")),
          Map.entry(
              "presence",
              List.of("account", "event", "identity", "registry", "authorize", "broker")),
          Map.entry(
              "provision",
              List.of(
                  "account",
                  "audit",
                  "event",
                  "identity",
                  "function",
                  "registry",
                  "authorize",
                  "broker")),
          Map.entry(
              "shadow", List.of("account", "event", "identity", "registry", "authorize", "broker")),
          Map.entry(
              "rules",
              List.of(
                  "account",
                  "event",
                  "identity",
                  "function",
                  "registry",
                  "authorize",
                  "broker",
                  "shadow")));

  private static final JavaClasses CODE =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          // The engine's test jar, which is not in a directory of tests.
          .withImportOption(location -> !location.contains("-tests.jar"))
          .importPackages("io.thingstead");

  @TestFactory
  List<DynamicTest> featureKnowsOnlyTheFeaturesBelowIt() {
    List<DynamicTest> tests = new ArrayList<>();
    FEATURES.forEach(
        (feature, below) -> {
          List<String> forbidden = new ArrayList<>(FEATURES.keySet());
          forbidden.add("net");
          forbidden.add("mqtt");
          forbidden.add("http");
          forbidden.add("cli");
          forbidden.add("boot");
          forbidden.remove(feature);
          forbidden.removeAll(below);
          tests.add(
              DynamicTest.dynamicTest(
                  feature,
                  () ->
                      noClasses()
                          .that(resideInAPackage(ROOT + feature + ".."))
                          .should()
                          .dependOnClassesThat(resideInAnyPackage(within(forbidden)))
                          .allowEmptyShould(true)
                          .check(CODE)));
        });
    return tests;
  }

  @Test
  void onlyBootKnowsTheWholeHouse() {
    noClasses()
        .that()
        .resideOutsideOfPackages(ROOT + "boot..", ROOT + "cli..")
        .should()
        .dependOnClassesThat(resideInAnyPackage(ROOT + "boot..", ROOT + "cli.."))
        .allowEmptyShould(true)
        .check(CODE);
  }

  @Test
  void packagesFormNoCycle() {
    slices().matching(ROOT + "(*)..").should().beFreeOfCycles().check(CODE);
  }

  @Test
  void modelIsPure() {
    noClasses()
        .that(resideInAPackage(ROOT + "model.."))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                    "java.nio.file..",
                    "java.nio.channels..",
                    "java.net.http..",
                    "java.util.concurrent..",
                    "java.util.logging..",
                    "io.netty..",
                    "org.rocksdb..")
                .or(
                    nameMatching(
                        "java\\.(lang\\.(Thread|Process|ProcessBuilder)|io\\.File.*|"
                            + "net\\..*Socket|time\\.(Clock|InstantSource))")))
        .orShould()
        .dependOnClassesThat(
            resideInAPackage("io.thingstead..")
                .and(DescribedPredicate.not(resideInAPackage(ROOT + "model.."))))
        .check(CODE);
  }

  @Test
  void engineKnowsNothingOfTheServer() {
    classes()
        .that(resideInAPackage(ROOT + "engine.."))
        .should()
        .onlyDependOnClassesThat(
            resideInAPackage(ROOT + "engine..")
                .or(DescribedPredicate.not(resideInAPackage("io.thingstead.."))))
        .check(CODE);
  }

  @Test
  void onlyTheEnginesRocksClassesKnowRocksDb() {
    noClasses()
        .that(
            DescribedPredicate.not(
                resideInAPackage(ROOT + "engine..").and(simpleNameStartingWith("Rocks"))))
        .should()
        .dependOnClassesThat(resideInAPackage("org.rocksdb.."))
        .check(CODE);
  }

  @Test
  void onlyProtocolsKnowChannels() {
    noClasses()
        .that(outside("net", "mqtt", "http"))
        .should()
        .dependOnClassesThat(resideInAPackage("io.netty.channel.."))
        .check(CODE);
    noClasses()
        .that(outside("net", "mqtt", "http", "broker"))
        .should()
        .dependOnClassesThat(resideInAPackage("io.netty.buffer.."))
        .check(CODE);
  }

  @Test
  void onlyBootReadsTheRealClock() {
    noClasses()
        .that(outside("boot", "cli"))
        .should()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(java.time.Instant.class, "now")
        .orShould()
        .callMethod(java.time.Clock.class, "systemUTC")
        .orShould()
        .callMethod(java.time.InstantSource.class, "system")
        .check(CODE);
  }

  private static DescribedPredicate<JavaClass> outside(String... packages) {
    return DescribedPredicate.not(resideInAnyPackage(within(List.of(packages))));
  }

  private static String[] within(List<String> packages) {
    return packages.stream().map(name -> ROOT + name + "..").toArray(String[]::new);
  }
}

package org.orderway;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JODATIME;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import jakarta.annotation.Resource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;

/** The arrows between the rooms. */
@AnalyzeClasses(packages = "org.orderway", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    /** The rooms that speak Camel's or the broker's language (outages pauses consumers), and the three doors of the HTTP room that have to. */
    @ArchTest
    static final ArchRule beansKnowNeitherCamelNorTheBroker = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "org.orderway.broker..",
                    "org.orderway.embedded..",
                    "org.orderway.routes..",
                    "org.orderway.outages..")
            .and()
            .doNotHaveFullyQualifiedName("org.orderway.http.AnswerHeaders")
            .and()
            .doNotHaveFullyQualifiedName("org.orderway.http.Doorkeeper")
            .and()
            .haveNameNotMatching("org\\.orderway\\.http\\.HttpWiring.*")
            .and()
            .doNotHaveFullyQualifiedName("org.orderway.http.Problems")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.apache.camel..", "org.springframework.amqp..", "com.rabbitmq..", "org.apache.qpid..");

    /** A feature may import orders and messages, and nothing sideways: another feature is reached by an event. */
    @ArchTest
    static final ArchRule featuresDoNotKnowEachOther = SlicesRuleDefinition.slices()
            .matching(
                    "org.orderway.(analytics|announcements|audit|examples|imports|inventory|notices|notification|payment|shipping|simulators|watchdog|"
                            + "failures|finance|fraud|catalogue|warehouse|invoices|recommendations)..")
            .should()
            .notDependOnEachOther();

    @ArchTest
    static final ArchRule featuresKnowOrdersAndMessagesAlone = noClasses()
            .that()
            .resideInAnyPackage(
                    "org.orderway.analytics..",
                    "org.orderway.announcements..",
                    "org.orderway.audit..",
                    "org.orderway.catalogue..",
                    "org.orderway.examples..",
                    "org.orderway.failures..",
                    "org.orderway.finance..",
                    "org.orderway.fraud..",
                    "org.orderway.imports..",
                    "org.orderway.inventory..",
                    "org.orderway.invoices..",
                    "org.orderway.notices..",
                    "org.orderway.notification..",
                    "org.orderway.payment..",
                    "org.orderway.recommendations..",
                    "org.orderway.shipping..",
                    "org.orderway.simulators..",
                    "org.orderway.warehouse..",
                    "org.orderway.watchdog..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "org.orderway.broker..",
                    "org.orderway.embedded..",
                    "org.orderway.http..",
                    "org.orderway.security..");

    /** Who may come in is decided at the doors, before a feature is reached. */
    @ArchTest
    static final ArchRule securityKnowsTheDoorsAlone = classes()
            .that()
            .resideInAPackage("org.orderway.security..")
            .should()
            .onlyDependOnClassesThat(JavaClass.Predicates.resideOutsideOfPackage("org.orderway..")
                    .or(JavaClass.Predicates.resideInAnyPackage("org.orderway.security..", "org.orderway.http..")));

    @ArchTest
    static final ArchRule nobodyKnowsWhoMayComeIn = noClasses()
            .that()
            .resideOutsideOfPackage("org.orderway.security..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.orderway.security..");

    @ArchTest
    static final ArchRule ordersKnowNoFeature = classes()
            .that()
            .resideInAPackage("org.orderway.orders..")
            .should()
            .onlyDependOnClassesThat(JavaClass.Predicates.resideOutsideOfPackage("org.orderway..")
                    .or(JavaClass.Predicates.resideInAnyPackage("org.orderway.orders..", "org.orderway.messages..")));

    /** The pages show everything, and nothing depends on its being shown. */
    @ArchTest
    static final ArchRule nobodyKnowsTheDesk = noClasses()
            .that()
            .resideOutsideOfPackage("org.orderway.desk..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.orderway.desk..");

    @ArchTest
    static final ArchRule messagesKnowNobody = classes()
            .that()
            .resideInAPackage("org.orderway.messages..")
            .should()
            .onlyDependOnClassesThat(JavaClass.Predicates.resideOutsideOfPackage("org.orderway..")
                    .or(JavaClass.Predicates.resideInAPackage("org.orderway.messages..")));

    @ArchTest
    static final ArchRule onlyTheEmbeddedRoomStartsServers = noClasses()
            .that()
            .resideOutsideOfPackage("org.orderway.embedded..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.apache.qpid..", "io.zonky..", "com.icegreen..");

    /** The flow is in YAML. */
    @ArchTest
    static final ArchRule noRouteIsWrittenInJava =
            noClasses().should().dependOnClassesThat().haveFullyQualifiedName("org.apache.camel.builder.RouteBuilder");

    @ArchTest
    static final ArchRule nothingIsInjectedIntoFields = noFields()
            .should()
            .beAnnotatedWith(Autowired.class)
            .orShould()
            .beAnnotatedWith("jakarta.inject.Inject")
            .orShould()
            .beAnnotatedWith(Resource.class)
            .orShould()
            .beAnnotatedWith(Value.class)
            .allowEmptyShould(true);

    /** 0.1 + 0.2 is not 0.3. (A place on a sheet of paper is no money.) */
    @ArchTest
    static final ArchRule moneyIsNoFloatingPointNumber = fields().that()
            .areDeclaredInClassesThat()
            .resideInAnyPackage(
                    "org.orderway.orders..",
                    "org.orderway.payment..",
                    "org.orderway.finance..",
                    "org.orderway.fraud..",
                    "org.orderway.inventory..",
                    "org.orderway.invoices..",
                    "org.orderway.imports..",
                    "org.orderway.watchdog..")
            .and()
            .areDeclaredInClassesThat()
            .doNotHaveFullyQualifiedName("org.orderway.invoices.Sheets")
            .should()
            .notHaveRawType(double.class)
            .andShould()
            .notHaveRawType(float.class);

    @ArchTest
    static final ArchRule rulesHaveNoStaticState =
            fields().that().areStatic().should().haveModifier(JavaModifier.FINAL);

    @ArchTest
    static final ArchRule nothingIsPrinted = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

    @ArchTest
    static final ArchRule oneWayOfLogging = NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

    @ArchTest
    static final ArchRule oneKindOfTime = NO_CLASSES_SHOULD_USE_JODATIME;
}

package org.orderway.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.argThat;
import static org.mockito.Mockito.atLeastOnce;
import static org.mockito.Mockito.clearInvocations;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Route;
import org.apache.camel.ServiceStatus;
import org.apache.camel.StatefulService;
import org.apache.camel.model.Model;
import org.apache.camel.support.DefaultExchange;
import org.apache.camel.support.LifecycleStrategySupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.orderway.broker.ListenerContainers;
import org.orderway.routes.RouteGate.Answer;
import org.orderway.testing.RouteTest;
import org.orderway.testing.Shop;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;

/** Edits of files while routes run: a copy of the project's files, beside whose routes a test's own come and go. */
class RouteGateTest extends RouteTest {

    private static final String OLD = "the old way";
    private static final String NEW = "the new way";

    @Autowired
    private Check check;

    @Autowired
    private Swap swap;

    @Autowired
    private ObjectProvider<CamelContext> contexts;

    @Autowired
    private ListenerContainers containers;

    @Autowired
    private Roles roles;

    @Autowired
    private RunningVersion version;

    @TempDir
    private Path copy;

    private final ShadowRun shadows = mock(ShadowRun.class);

    private Path file;
    private RouteGate gate;
    private Probation probation;
    private Swap hands;

    @BeforeEach
    void copyTheFiles() throws IOException {
        for (RouteFile original : RouteFiles.ofTheProject().files().values()) {
            Path target = copy.resolve(original.path());
            Files.createDirectories(target.getParent());
            Files.writeString(target, original.text());
        }
        file = copy.resolve("routes-yaml/hello.camel.yaml");
        gate = gate(false, Duration.ofSeconds(10));
    }

    private RouteGate gate(boolean watch, Duration patience) {
        return gate(watch, patience, RouteSettings.Confirm.NEVER);
    }

    private RouteGate gate(boolean watch, Duration patience, RouteSettings.Confirm confirm) {
        RouteSettings settings = new RouteSettings(
                watch,
                Duration.ofMillis(50),
                patience,
                new RouteSettings.Probation(Duration.ofMinutes(1), 50, 4),
                new RouteSettings.Shadow(500, Duration.ofSeconds(20), confirm));
        when(shadows.between(any(), any())).thenReturn(Shadow.nothing("nothing to look at"));
        String patterns = "file:%1$s/routes-yaml/*.camel.yaml,file:%1$s/routes-yaml/shared/*.camel.yaml,"
                + "file:%1$s/routes-yaml/examples/*.camel.yaml,file:%1$s/routes-yaml/simulators/*.camel.yaml";
        forget();
        probation = new Probation(settings);
        hands = new Swap(contexts, containers, settings);
        model().addModelLifecycleStrategy(hands);
        camel.addRoutePolicyFactory(probation);
        return new RouteGate(
                new Folder(List.of(patterns.formatted(copy).split(","))),
                check,
                shadows,
                new Takeover(hands),
                probation,
                routeHistory,
                version,
                settings,
                Clock.systemUTC());
    }

    @AfterEach
    void takeTheTestsOwnRoutesAway() throws Exception {
        gate.destroy();
        for (String id : List.of("hello-say", "hello-other")) {
            swap.remove(id);
        }
        swap.removeConfiguration("hello-errors");
        forget();
    }

    private void forget() {
        camel.getRoutePolicyFactories().remove(probation);
        model().getModelLifecycleStrategies().remove(hands);
    }

    private Model model() {
        return camel.getCamelContextExtension().getContextPlugin(Model.class);
    }

    @Test
    void aNewFileGoesLive() {
        save(saying(OLD));

        Answer answer = apply();

        assertThat(answer.ok()).isTrue();
        assertThat(answer.files()).singleElement().satisfies(one -> {
            assertThat(one.file()).isEqualTo(name());
            assertThat(one.state()).isEqualTo("applied");
        });
        assertThat(says()).isEqualTo(OLD);
        verify(routeHistory, atLeastOnce())
                .record(argThat(change -> change.version().equals(answer.version())
                        && change.by().equals("Ada")
                        && change.diff().contains("+    id: hello-say")));
    }

    @Test
    void anEditSwapsTheRouteThatChangedAndNoOther() {
        save(saying(OLD) + other());
        apply();
        Route untouched = camel.getRoute("hello-other");
        Route elsewhere = camel.getRoute("inventory-reserve");
        long routes = camel.getRoutes().size();

        save(saying(NEW) + other());
        apply();

        assertThat(says()).isEqualTo(NEW);
        assertThat(camel.getRoute("hello-other")).isSameAs(untouched);
        assertThat(camel.getRoute("inventory-reserve")).isSameAs(elsewhere);
        assertThat(camel.getRoutes()).hasSize((int) routes);
    }

    @Test
    void anotherCommentTouchesNoRoute() {
        save(saying(OLD));
        String before = apply().version();
        Route untouched = camel.getRoute("hello-say");

        save("# Says hello, said otherwise.\n" + saying(OLD));

        assertThat(apply().version()).isNotEqualTo(before);
        assertThat(camel.getRoute("hello-say")).isSameAs(untouched);
    }

    @Test
    void whatIsInHandIsFinishedInTheOldWayAndWhatComesMeanwhileWaitsForTheNewOne() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        save(saying(OLD));
        apply();
        end("hello").whenAnyExchangeReceived(exchange -> {
            begun.countDown();
            goOn.await(10, TimeUnit.SECONDS);
        });
        CompletableFuture<String> inHand = CompletableFuture.supplyAsync(this::says);
        begun.await(10, TimeUnit.SECONDS);

        save(saying(NEW));
        CompletableFuture<Answer> edit = CompletableFuture.supplyAsync(this::apply);
        await().until(() -> camel.getRoute("hello-say").getConsumer() instanceof StatefulService door
                && door.getStatus() == ServiceStatus.Suspended);
        ExecutorService callers = Executors.newFixedThreadPool(3);
        List<Future<String>> meanwhile =
                Stream.generate(() -> callers.submit(this::says)).limit(3).toList();
        assertThat(edit).isNotDone();
        goOn.countDown();

        assertThat(inHand.get(10, TimeUnit.SECONDS)).isEqualTo(OLD);
        assertThat(edit.get(10, TimeUnit.SECONDS).ok()).isTrue();
        for (Future<String> caller : meanwhile) {
            assertThat(caller.get(10, TimeUnit.SECONDS)).isEqualTo(NEW);
        }
        callers.shutdown();
    }

    @Test
    void aMessageThatOutlivesItsVersionDoesNotStandInTheWayOfTheNextEdit() {
        save(saying(OLD));
        apply();
        Exchange late = new DefaultExchange(camel);
        LifecycleStrategySupport comingLate = new LifecycleStrategySupport() {
            @Override
            public void onRoutesRemove(Collection<Route> routes) {
                camel.getInflightRepository().add(late, "hello-say");
            }
        };
        camel.addLifecycleStrategy(comingLate);
        save(saying(NEW));
        assertThat(apply().ok()).isTrue();
        camel.getLifecycleStrategies().remove(comingLate);
        camel.getInflightRepository().remove(late, "hello-say");

        save(saying("the next way"));
        assertThat(apply().ok()).isTrue();
        assertThat(says()).isEqualTo("the next way");
    }

    @Test
    void aRouteThatIsBusyForTooLongStaysAsItIs() throws Exception {
        gate.destroy();
        gate = gate(false, Duration.ofMillis(200));
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        save(saying(OLD));
        apply();
        end("hello").whenAnyExchangeReceived(exchange -> {
            begun.countDown();
            goOn.await(10, TimeUnit.SECONDS);
        });
        CompletableFuture<String> inHand = CompletableFuture.supplyAsync(this::says);
        begun.await(10, TimeUnit.SECONDS);

        save(saying(NEW));
        Answer answer = apply();
        goOn.countDown();

        assertThat(answer.ok()).isFalse();
        assertThat(findings(answer)).contains("still had 1 messages in hand", "it is tried again");
        assertThat(inHand.get(10, TimeUnit.SECONDS)).isEqualTo(OLD);
        assertThat(says()).isEqualTo(OLD);
    }

    @Test
    void aBrokenEditLeavesTheRunningRouteAlone() {
        save(saying(OLD));
        String before = apply().version();

        save(saying(NEW).replace("uri: mock", "uri: mokc"));
        Answer answer = apply();

        assertThat(answer.ok()).isFalse();
        assertThat(answer.version()).isEqualTo(before);
        assertThat(answer.says()).contains("the running version stays");
        assertThat(findings(answer)).contains(name() + ":15:18", "there is no component `mokc`");
        assertThat(says()).isEqualTo(OLD);
        assertThat(gate.report().files())
                .filteredOn(one -> one.state().equals("refused"))
                .extracting(RouteGate.FileState::file)
                .containsExactly(name());
    }

    @Test
    void checkingTakesNothingOver() {
        save(saying(OLD));

        assertThat(gate.check().files()).extracting(RouteGate.FileState::state).containsExactly("accepted");

        assertThat(camel.getRoute("hello-say")).isNull();
    }

    @Test
    void whatCannotBeStartedMakesWayForWhatWasThere() {
        save(saying(OLD).replace("    routeConf", "    startupOrder: 7\n    routeConf") + other());
        assertThat(apply().ok()).isTrue();

        save(saying(NEW).replace("    routeConf", "    startupOrder: 7\n    routeConf")
                + other().replace("    routeConf", "    startupOrder: 7\n    routeConf"));
        Answer answer = apply();

        assertThat(answer.ok()).isFalse();
        assertThat(findings(answer)).contains("could not be started", "startupOrder");
        assertThat(says()).isEqualTo(OLD);
        assertThat(camel.getRouteController().getRouteStatus("hello-other")).isEqualTo(ServiceStatus.Started);
    }

    @Test
    void theRoutesOfADeletedFileGo() throws IOException {
        save(saying(OLD));
        apply();

        Files.delete(file);
        Answer answer = apply();

        assertThat(answer.ok()).isTrue();
        assertThat(camel.getRoute("hello-say")).isNull();
        assertThat(routeIds()).doesNotContain("hello-say");
    }

    @Test
    void aRouteThatSomebodyStoppedRestsInItsNewVersionToo() throws Exception {
        save(saying(OLD));
        apply();
        camel.getRouteController().stopRoute("hello-say");

        save(saying(NEW));
        assertThat(apply().ok()).isTrue();

        assertThat(camel.getRouteController().getRouteStatus("hello-say")).isEqualTo(ServiceStatus.Stopped);
        camel.getRouteController().startRoute("hello-say");
        assertThat(says()).isEqualTo(NEW);
    }

    @Test
    void theRoutesOfANewFileRestWhereTheirRoleDoes() {
        save(saying(OLD).replace("    routeConf", "    group: greetings\n    routeConf"));
        roles.turn("greetings", false);
        try {
            assertThat(apply().ok()).isTrue();

            assertThat(camel.getRouteController().getRouteStatus("hello-say")).isEqualTo(ServiceStatus.Stopped);
        } finally {
            roles.turn("greetings", true);
        }
    }

    @Test
    void anotherErrorConfigurationReachesTheRoutesThatNameIt() {
        String failing = saying(OLD).replace("pass-errors-up", "hello-errors").replace("${body}", "${body.nothing}");
        save(failing + errors("caught in the old way"));
        assertThat(apply().ok()).isTrue();
        assertThat(call("hello", "x", Map.of()).getMessage().getBody(String.class))
                .isEqualTo("caught in the old way");

        save(failing + errors("caught in the new way"));
        assertThat(apply().ok()).isTrue();

        assertThat(call("hello", "x", Map.of()).getMessage().getBody(String.class))
                .isEqualTo("caught in the new way");
    }

    @Test
    void whatFailsTooOftenMakesWayByItself() {
        save(saying(OLD));
        String good = apply().version();
        save(saying(NEW).replace("${body}", "${body.nothing}"));
        assertThat(apply().ok()).isTrue();

        for (int i = 0; i < 4; i++) {
            assertThat(call("hello", "x", Map.of()).getException()).isNotNull();
        }

        await().untilAsserted(() -> assertThat(gate.report().files())
                .filteredOn(one -> one.state().equals("refused"))
                .singleElement()
                .satisfies(one -> assertThat(one.findings().get(0).inWords())
                        .startsWith(name() + ":3: ")
                        .contains("4 of 4 messages failed in the route `hello-say`", "The version before it is back")));
        assertThat(says()).isEqualTo(OLD);
        assertThat(gate.report().version()).isEqualTo(good);
        verify(routeHistory, atLeastOnce())
                .record(argThat(change ->
                        change.kind().equals("restored") && change.version().equals(good)));
    }

    @Test
    void anEarlierVersionComesBackInOneCallAndItsFilesToo() throws IOException {
        save(saying(OLD));
        String old = apply().version();
        Map<String, String> texts = RouteFiles.in(copy.resolve("routes-yaml")).files().values().stream()
                .collect(Collectors.toMap(RouteFile::path, RouteFile::text));
        save(saying(NEW));
        apply();
        when(routeHistory.texts(old)).thenReturn(texts);

        Answer answer = gate.rollback(old, Shop.json("{\"by\": \"Ada\", \"reason\": \"it was better\"}"));

        assertThat(answer.ok()).isTrue();
        assertThat(answer.version()).isEqualTo(old);
        assertThat(says()).isEqualTo(OLD);
        assertThat(file).content().isEqualTo(saying(OLD));
    }

    @Test
    void aSavedFileGoesLiveByItself() {
        gate.destroy();
        gate = gate(true, Duration.ofSeconds(10));
        gate.begin();

        save(saying(OLD));

        await().untilAsserted(() -> assertThat(gate.report().files())
                .extracting(RouteGate.FileState::file)
                .contains(name()));
        assertThat(says()).isEqualTo(OLD);
    }

    @Test
    void whatTheShadowRunShowedIsToldAndRecordedAndHoldsNothingUp() {
        save(saying(OLD));
        apply();
        when(shadows.between(any(), any())).thenReturn(skipping());
        save(saying(NEW));

        assertThat(gate.check().says()).contains("1 file accepted", "37 of 500 orders would skip `a`");
        Answer answer = apply();

        assertThat(answer.ok()).isTrue();
        assertThat(answer.says()).contains("1 file applied", "37 of 500 orders would skip `a`");
        assertThat(answer.candidate()).isEqualTo(answer.version());
        assertThat(says()).isEqualTo(NEW);
        verify(routeHistory, atLeastOnce())
                .record(argThat(change -> change.version().equals(answer.version())
                        && change.shadow().contains("37 of 500 orders would skip `a`")));
    }

    @Test
    void whereItIsToBeConfirmedAnEditThatChangesTheWayOfOrdersWaitsForAPerson() {
        gate.destroy();
        gate = gate(false, Duration.ofSeconds(10), RouteSettings.Confirm.DIFFERENCES);
        save(saying(OLD));
        String before = apply().version();
        when(shadows.between(any(), any())).thenReturn(skipping());
        save(saying(NEW));
        clearInvocations(shadows);

        Answer shown = gate.check();
        Answer held = apply();
        Answer stillHeld = confirm("0123456789ab");

        assertThat(shown.files()).extracting(RouteGate.FileState::state).containsExactly("to confirm");
        assertThat(List.of(held, stillHeld)).allSatisfy(answer -> {
            assertThat(answer.ok()).isFalse();
            assertThat(answer.version()).isEqualTo(before);
            assertThat(answer.files()).extracting(RouteGate.FileState::state).containsExactly("to confirm");
            assertThat(answer.says())
                    .contains("1 file to confirm", "The running version stays", "37 of 500 orders would skip `a`");
        });
        verify(shadows, times(1)).between(any(), any());
        assertThat(says()).isEqualTo(OLD);
        assertThat(gate.report().toConfirm().version()).isEqualTo(held.candidate());
        assertThat(gate.report().files())
                .filteredOn(one -> one.state().equals("to confirm"))
                .extracting(RouteGate.FileState::file)
                .containsExactly(name());

        Answer confirmed = confirm(held.candidate());

        assertThat(confirmed.ok()).isTrue();
        assertThat(confirmed.version()).isEqualTo(held.candidate());
        assertThat(says()).isEqualTo(NEW);
        assertThat(gate.report().toConfirm()).isNull();
    }

    @Test
    void whereItIsToBeConfirmedWhatCouldNotBeTriedWaitsToo() {
        gate.destroy();
        gate = gate(false, Duration.ofSeconds(10), RouteSettings.Confirm.DIFFERENCES);
        when(shadows.between(any(), any())).thenReturn(Shadow.notRun("the database is away"));
        save(saying(OLD));

        assertThat(apply().says()).contains("1 file to confirm", "not run: the database is away");

        when(shadows.between(any(), any())).thenReturn(new Shadow(500, 500, List.of(), null, true));
        assertThat(apply().ok()).isTrue();
        assertThat(says()).isEqualTo(OLD);
    }

    @Test
    void anEarlierVersionComesBackUnconfirmed() {
        save(saying(OLD));
        String old = apply().version();
        Map<String, String> texts = RouteFiles.in(copy.resolve("routes-yaml")).files().values().stream()
                .collect(Collectors.toMap(RouteFile::path, RouteFile::text));
        when(routeHistory.texts(old)).thenReturn(texts);
        save(saying(NEW));
        gate.destroy();
        forget();
        gate = gate(false, Duration.ofSeconds(10), RouteSettings.Confirm.DIFFERENCES);
        clearInvocations(shadows);

        assertThat(gate.rollback(old, Shop.json("{\"by\": \"Ada\", \"reason\": \"it was better\"}"))
                        .ok())
                .isTrue();

        assertThat(says()).isEqualTo(OLD);
        verify(shadows, never()).between(any(), any());
    }

    @Test
    void anEditThatIsTakenBackNoLongerWaits() throws IOException {
        gate.destroy();
        gate = gate(true, Duration.ofSeconds(10), RouteSettings.Confirm.DIFFERENCES);
        when(shadows.between(any(), any())).thenReturn(skipping());
        gate.begin();
        save(saying(OLD));
        await().until(() -> gate.report().toConfirm() != null);

        Files.delete(file);

        await().until(() -> gate.report().toConfirm() == null);
        assertThat(camel.getRoute("hello-say")).isNull();
    }

    private static Shadow skipping() {
        return new Shadow(500, 500, List.of("37 of 500 orders would skip `a`"), null, true);
    }

    private Answer confirm(String version) {
        return gate.apply(
                Shop.json("{\"by\": \"Ada\", \"reason\": \"that is meant\", \"confirm\": \"" + version + "\"}"));
    }

    private Answer apply() {
        return gate.apply(Shop.json("{\"by\": \"Ada\", \"reason\": \"a better way\"}"));
    }

    private String says() {
        Exchange answer = call("hello", "x", Map.of());
        assertThat(answer.getException()).isNull();
        return answer.getMessage().getBody(String.class);
    }

    private String name() {
        return file.toString();
    }

    private void save(String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String findings(Answer answer) {
        return answer.files().stream()
                .flatMap(one -> one.findings().stream())
                .map(Finding::inWords)
                .reduce("", (a, b) -> a + "\n" + b);
    }

    private static String saying(String words) {
        return """
                # Says hello.

                - route:
                    id: hello-say
                    description: Say hello
                    routeConfigurationId: pass-errors-up
                    from:
                      id: hello-say-from
                      uri: direct
                      parameters:
                        name: hello
                      steps:
                        - to:
                            id: hello-say-look
                            uri: mock
                            parameters:
                              name: hello
                        - setBody:
                            id: hello-say-body
                            expression:
                              simple:
                                expression: "${body}"
                        - setBody:
                            id: hello-say-words
                            expression:
                              constant:
                                expression: %s
                """
                .formatted(words);
    }

    private static String other() {
        return """

                - route:
                    id: hello-other
                    description: Say nothing
                    routeConfigurationId: pass-errors-up
                    from:
                      id: hello-other-from
                      uri: direct
                      parameters:
                        name: hello-other
                      steps:
                        - stop:
                            id: hello-other-stop
                """;
    }

    private static String errors(String words) {
        return """

                - routeConfiguration:
                    id: hello-errors
                    onException:
                      - onException:
                          id: hello-errors-any
                          exception:
                            - java.lang.Exception
                          handled:
                            constant:
                              expression: "true"
                          steps:
                            - setBody:
                                id: hello-errors-words
                                expression:
                                  constant:
                                    expression: %s
                """
                .formatted(words);
    }
}

package org.orderway.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.orderway.broker.Topology.ExchangeRow;
import org.orderway.broker.Topology.QueueRow;
import org.orderway.broker.TopologyPage.Binding;
import org.orderway.broker.TopologyPage.Queue;
import org.orderway.broker.TopologyPage.View;
import org.thymeleaf.spring6.SpringTemplateEngine;
import org.thymeleaf.templateresolver.ClassLoaderTemplateResolver;
import org.w3c.dom.Document;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** What the page says is what the table says, for the table that is shipped and for one made to break the page. */
class TopologyPageTest {

    private final Topology shipped = Topologies.shipped();
    private final QueueDepths depths = mock(QueueDepths.class);

    @Test
    void showsEveryExchangeQueueBindingAndKeyOfTheTableAndNoOther() throws Exception {
        Document page = page(shipped);

        assertThat(column(page, "exchanges", 1))
                .containsExactlyElementsOf(Stream.concat(
                                shipped.exchanges().stream().map(ExchangeRow::name), Topology.OWN_EXCHANGES.stream())
                        .toList());
        assertThat(column(page, "queues", 1))
                .containsExactlyElementsOf(
                        shipped.queues().stream().map(QueueRow::name).toList());
        assertThat(column(page, "queues", 4))
                .containsExactlyElementsOf(shipped.queues().stream()
                        .map(TopologyPageTest::bindings)
                        .toList());
        assertThat(column(page, "published", 2))
                .containsExactlyElementsOf(
                        shipped.published().stream().map(row -> row.key()).toList());
        assertThat(column(page, "published", 3))
                .containsExactlyElementsOf(shipped.published().stream()
                        .map(row -> String.join(" ", shipped.queuesFor(row.exchange(), row.key())))
                        .toList());
    }

    @Test
    void tellsOfEachQueueWhoTakesFromItAndWhereItsFailuresGo() {
        when(depths.ofEach(any())).thenReturn(Map.of("shipping_queue", 7L, "shipping_retry_30s_queue", 2L));

        Queue shipping = queue("shipping_queue");
        WorkQueue row = shipped.workQueue("shipping_queue");

        assertThat(shipping.role()).isEqualTo("path");
        assertThat(shipping.ready()).isEqualTo(7);
        assertThat(shipping.consumers().least()).isEqualTo(row.consumers());
        assertThat(shipping.consumers().prefetch()).isEqualTo(row.prefetch());
        assertThat(shipping.consumers().needs()).containsExactly("database", "carrier");
        assertThat(shipping.retries())
                .extracting(retry -> retry.queue() + " " + retry.delay() + " " + retry.ready())
                .containsExactly(
                        "shipping_retry_5s_queue 5s null",
                        "shipping_retry_30s_queue 30s 2",
                        "shipping_retry_5m_queue 5m null");
        assertThat(shipping.deadLetters().queue()).isEqualTo("shipping_dlq");
        assertThat(shipping.deadLetters().afterRetries()).isEqualTo(row.maxRetries());
        Queue delay = queue("confirmation_delay_queue");
        assertThat(delay.role()).isEqualTo("delay");
        assertThat(delay.then()).isEqualTo("confirmation_queue");
        assertThat(delay.consumers()).isNull();
        assertThat(queue("audit_queue").role()).isEqualTo("observer");
        assertThat(queue("invoice_queue").role()).isEqualTo("side");
        assertThat(queue("finance_notice_queue").bindings())
                .containsExactly(new Binding("notices", List.of(), Map.of("x-match", "all", "department", "finance")));
    }

    @Test
    void countsEveryQueueThatIsOnTheBroker() {
        Map<String, Long> ready = new HashMap<>();
        for (String name : shipped.allQueues()) {
            ready.put(name, (long) ready.size());
        }
        when(depths.ofEach(shipped.allQueues())).thenReturn(ready);

        View view = view(shipped);

        List<Long> told = new ArrayList<>(List.of(view.unroutable()));
        view.queues().forEach(queue -> {
            told.add(queue.ready());
            queue.retries().forEach(retry -> told.add(retry.ready()));
            if (queue.deadLetters() != null) {
                told.add(queue.deadLetters().ready());
            }
        });
        assertThat(told).containsExactlyInAnyOrderElementsOf(ready.values());
    }

    @Test
    void saysSoWhenTheBrokerIsAwayOrNobodyWantedAMessage() throws Exception {
        assertThat(text(page(shipped), "//p[@id='away']")).contains("does not answer");

        when(depths.ofEach(any())).thenReturn(Map.of("unroutable_queue", 3L));
        assertThat(text(page(shipped), "//p[@id='unroutable']")).startsWith("3 messages");
        assertThat(text(page(shipped), "//p[@id='away']")).isEmpty();

        when(depths.ofEach(any())).thenReturn(Map.of("unroutable_queue", 0L));
        assertThat(text(page(shipped), "//p[@id='unroutable']")).isEmpty();
    }

    @Test
    void showsWordsOfTheTableAsWordsAndWhoMadeAnExchange() throws Exception {
        Topology odd = Topologies.of(
                """
                exchanges:
                  - {name: events, type: topic, for: "<script>alert(1)</script> & more"}
                  - {name: amq.topic, type: topic, predeclared: true}
                  - {name: never, type: topic, enabled: false}
                queues:
                  - {name: a_queue, exchange: events, keys: ["a.#"], also: [{exchange: amq.topic, keys: ["b.*"]}]}
                """);

        Document page = page(odd);

        assertThat(column(page, "exchanges", 4).get(0)).isEqualTo("<script>alert(1)</script> & more");
        assertThat(column(page, "exchanges", 1))
                .startsWith("events", "amq.topic")
                .doesNotContain("never");
        assertThat(column(page, "exchanges", 3)).startsWith("table", "broker").endsWith("orderway");
        assertThat(column(page, "queues", 4)).containsExactly("events a.# amq.topic b.*");
    }

    private Queue queue(String name) {
        return view(shipped).queues().stream()
                .filter(queue -> queue.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private View view(Topology topology) {
        return new TopologyPage(topology, depths, engine()).tell();
    }

    /** Read as XML, which a page that is not well formed would not survive. */
    private Document page(Topology topology) throws Exception {
        String html = new TopologyPage(topology, depths, engine()).page();
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new StringReader(html.replace("<!DOCTYPE html>", ""))));
    }

    private static SpringTemplateEngine engine() {
        var resolver = new ClassLoaderTemplateResolver();
        resolver.setPrefix("templates/");
        resolver.setSuffix(".html");
        var engine = new SpringTemplateEngine();
        engine.setTemplateResolver(resolver);
        return engine;
    }

    private static String bindings(QueueRow row) {
        List<String> words = new ArrayList<>();
        row.bindings().forEach(binding -> {
            words.add(binding.exchange());
            words.addAll(binding.keys());
            binding.arguments().forEach((name, value) -> words.add(name + "=" + value));
        });
        return String.join(" ", words);
    }

    private static List<String> column(Document page, String table, int number) throws Exception {
        NodeList cells = (NodeList) XPathFactory.newInstance()
                .newXPath()
                .evaluate("//table[@id='" + table + "']/tbody/tr/td[" + number + "]", page, XPathConstants.NODESET);
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < cells.getLength(); i++) {
            texts.add(words(cells.item(i).getTextContent()));
        }
        return texts;
    }

    private static String text(Document page, String path) throws Exception {
        return words(XPathFactory.newInstance().newXPath().evaluate(path, page));
    }

    private static String words(String text) {
        return text.strip().replaceAll("\\s+", " ");
    }
}

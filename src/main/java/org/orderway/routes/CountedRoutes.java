package org.orderway.routes;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.ObjectName;
import org.apache.camel.CamelContext;
import org.apache.camel.api.management.mbean.ManagedProcessorMBean;
import org.apache.camel.management.DefaultManagementObjectStrategy;
import org.apache.camel.management.mbean.ManagedCamelContext;
import org.apache.camel.spi.ManagementAgent;
import org.apache.camel.spring.boot.CamelContextConfiguration;
import org.springframework.stereotype.Component;

/**
 * What Hawtio asks for every other second to draw its diagrams: the numbers of all routes and their steps. Camel asks every
 * step again for every route whose step it is; with our routes that is half a million questions, which take longer than Hawtio
 * waits before it asks again, and no diagram ever shows a number. Here each step is asked once. Public, because JMX calls it.
 */
public class CountedRoutes extends ManagedCamelContext {

    private static final Pattern ROUTE = Pattern.compile("^ {4}<routeStat id=\"([^\"]*)\"");

    private record Step(int index, ManagedProcessorMBean bean) {}

    /** Puts it into the place of Camel's own. */
    @Component
    static class InPlace implements CamelContextConfiguration {

        @Override
        public void beforeApplicationStart(CamelContext camel) {
            camel.getManagementStrategy().setManagementObjectStrategy(new DefaultManagementObjectStrategy() {
                @Override
                public Object getManagedObjectForCamelContext(CamelContext context) {
                    CountedRoutes counted = new CountedRoutes(context);
                    counted.init(context.getManagementStrategy());
                    return counted;
                }
            });
        }

        @Override
        public void afterApplicationStart(CamelContext camel) {
            // The place is taken before.
        }
    }

    CountedRoutes(CamelContext context) {
        super(context);
    }

    @Override
    public String dumpRoutesStatsAsXml(boolean full, boolean withSteps) throws Exception {
        String routes = super.dumpRoutesStatsAsXml(full, false);
        if (!withSteps) {
            return routes;
        }
        Map<String, List<Step>> steps = steps();
        StringBuilder xml = new StringBuilder();
        for (String line : routes.split("\n")) {
            xml.append(line).append('\n');
            Matcher route = ROUTE.matcher(line);
            if (route.find()) {
                xml.append("      <processorStats>\n");
                for (Step step : steps.getOrDefault(route.group(1), List.of())) {
                    xml.append(stat(step, full));
                }
                xml.append("      </processorStats>\n");
            }
        }
        return xml.toString().stripTrailing();
    }

    private Map<String, List<Step>> steps() throws Exception {
        ManagementAgent agent = getContext().getManagementStrategy().getManagementAgent();
        Map<String, List<Step>> steps = new HashMap<>();
        ObjectName all = new ObjectName("%s:context=%s%s,type=processors,*"
                .formatted(
                        agent.getMBeanObjectDomainName(),
                        agent.getIncludeHostName() ? "*/" : "",
                        getContext().getManagementName()));
        for (ObjectName name : agent.getMBeanServer().queryNames(all, null)) {
            ManagedProcessorMBean bean = agent.newProxyClient(name, ManagedProcessorMBean.class);
            steps.computeIfAbsent(bean.getRouteId(), route -> new ArrayList<>()).add(new Step(bean.getIndex(), bean));
        }
        steps.values().forEach(ofRoute -> ofRoute.sort(Comparator.comparingInt(Step::index)));
        return steps;
    }

    /** As Camel writes it. */
    private static String stat(Step step, boolean full) {
        ManagedProcessorMBean bean = step.bean();
        Integer line = bean.getSourceLineNumber();
        String numbers = bean.dumpStatsAsXml(full);
        return "        <processorStat id=\"%s\" index=\"%s\" state=\"%s\" disabled=\"%s\" sourceLineNumber=\"%s\" exchangesInflight=\"%s\" %s\n"
                .formatted(
                        bean.getProcessorId(),
                        step.index(),
                        bean.getState(),
                        bean.getDisabled(),
                        line == null ? -1 : line,
                        bean.getExchangesInflight(),
                        numbers.substring("<stats ".length()));
    }
}

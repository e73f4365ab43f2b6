package org.orderway.simulators;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.context.annotation.Profile;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** A carrier that remembers idempotency keys and makes a label with a tracking number for each. */
@Component("carrierSimulator")
@Profile("simulators")
public class CarrierSimulator {

    private static final String DELIVERED = "delivered";

    private final JdbcClient jdbc;
    private final Clock clock;
    private final Duration after;

    CarrierSimulator(JdbcClient jdbc, Clock clock, SimulatorMood.Settings settings) {
        this.jdbc = jdbc;
        this.clock = clock;
        this.after = settings.deliveredAfter();
    }

    /** Books one parcel per key; a repeated key gets its first answer. */
    @Transactional
    public Map<String, Object> ship(String key, JsonNode request) {
        String country = request.path("shipTo").path("country").asText("XX");
        JsonNode collect = request.path("collect");
        jdbc.sql(
                        """
                        with parcel as (select nextval(pg_get_serial_sequence('simulators.shipments', 'parcel_no')) as no)
                        insert into simulators.shipments (key, shipment_id, tracking_number, label, parcel_no,
                            collect_amount, collect_currency)
                        select ?, ?, 'OW' || lpad(no::text, 9, '0') || ?, 'LABEL OW' || no || ' TO ' || ?, no, ?, ?
                        from parcel
                        on conflict (key) do nothing
                        """)
                .params(
                        key,
                        "sh_" + UUID.randomUUID(),
                        country,
                        country,
                        collect.isMissingNode()
                                ? null
                                : new BigDecimal(collect.path("amount").asText()),
                        collect.path("currency").asText(null))
                .update();
        return find(key);
    }

    /**
     * What there is to report of parcels: out for delivery after half of the time, delivered after all of it, and then what
     * was due is collected.
     */
    @Transactional(readOnly = true)
    public List<Map<String, Object>> toReport() {
        if (after.isZero()) {
            return List.of();
        }
        return jdbc.sql(
                        """
                        select tracking_number, collect_amount, collect_currency,
                            case when at < now() - make_interval(secs => :after) then 'delivered'
                                else 'out_for_delivery' end as status
                        from simulators.shipments
                        where reported = 'booked' and at < now() - make_interval(secs => :after / 2)
                            or reported = 'out_for_delivery' and at < now() - make_interval(secs => :after)
                        order by at limit 100
                        """)
                .param("after", after.toMillis() / 1000.0)
                .query((rs, n) -> {
                    Map<String, Object> report = new LinkedHashMap<>();
                    report.put("trackingNumber", rs.getString("tracking_number"));
                    report.put("status", rs.getString("status"));
                    report.put("occurredAt", clock.instant().toString());
                    if (report.get("status").equals(DELIVERED) && rs.getBigDecimal("collect_amount") != null) {
                        report.put(
                                "collected",
                                Map.of(
                                        "amount",
                                        rs.getBigDecimal("collect_amount"),
                                        "currency",
                                        rs.getString("collect_currency")));
                    }
                    return report;
                })
                .list();
    }

    /** The report was taken. */
    @Transactional
    public void reported(Map<String, Object> report) {
        jdbc.sql("update simulators.shipments set reported = ? where tracking_number = ?")
                .params(report.get("status"), report.get("trackingNumber"))
                .update();
    }

    /** What was done under a key, or null when nothing was. */
    @Transactional(readOnly = true)
    public Map<String, Object> find(String key) {
        return jdbc.sql("select shipment_id, tracking_number, label from simulators.shipments where key = ?")
                .param(key)
                .query((rs, n) -> Map.<String, Object>of(
                        "carrier",
                        "Simulated Parcels",
                        "shipmentId",
                        rs.getString("shipment_id"),
                        "trackingNumber",
                        rs.getString("tracking_number"),
                        "label",
                        rs.getString("label")))
                .optional()
                .orElse(null);
    }

    /** What customers see of a parcel, or null when there is none of that number. */
    @Transactional(readOnly = true)
    public Map<String, Object> follow(String trackingNumber) {
        return jdbc.sql("select at from simulators.shipments where tracking_number = ?")
                .param(trackingNumber)
                .query((rs, n) -> Map.<String, Object>of(
                        "trackingNumber",
                        trackingNumber,
                        "takenAt",
                        rs.getTimestamp("at").toInstant().toString()))
                .optional()
                .orElse(null);
    }
}

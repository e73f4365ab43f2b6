package org.orderway.simulators;

import com.fasterxml.jackson.databind.JsonNode;
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

    private final JdbcClient jdbc;

    CarrierSimulator(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Books one parcel per key; a repeated key gets its first answer. */
    @Transactional
    public Map<String, Object> ship(String key, JsonNode request) {
        String country = request.path("shipTo").path("country").asText("XX");
        jdbc.sql(
                        """
                        with parcel as (select nextval(pg_get_serial_sequence('simulators.shipments', 'parcel_no')) as no)
                        insert into simulators.shipments (key, shipment_id, tracking_number, label, parcel_no)
                        select ?, ?, 'OW' || lpad(no::text, 9, '0') || ?, 'LABEL OW' || no || ' TO ' || ?, no from parcel
                        on conflict (key) do nothing
                        """)
                .params(key, "sh_" + UUID.randomUUID(), country, country)
                .update();
        return find(key);
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

package org.orderway.shipping;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.orderway.orders.Order;
import org.orderway.orders.Parcels;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** The parcels that the carrier took, a row for each. */
@Component
class ShippedParcels implements Parcels {

    private final JdbcClient jdbc;
    private final ObjectMapper mapper;

    ShippedParcels(JdbcClient jdbc, ObjectMapper mapper) {
        this.jdbc = jdbc;
        this.mapper = mapper;
    }

    /**
     * Records a parcel with everything of a locked order that is ready to leave.
     *
     * @param no     from 1
     * @param answer what the carrier said of it
     */
    void add(Order order, int no, String carrier, JsonNode answer) {
        jdbc.sql(
                        """
                        insert into shipments (order_id, parcel, carrier, shipment_id, tracking_number, label, contents)
                        values (?, ?, ?, ?, ?, ?, cast(? as jsonb))
                        """)
                .params(
                        order.id(),
                        no,
                        carrier,
                        answer.path("shipmentId").asText(),
                        answer.path("trackingNumber").asText(),
                        answer.path("label").asText(),
                        contents(order))
                .update();
    }

    @Override
    @Transactional(readOnly = true)
    public List<Parcel> of(UUID orderId) {
        return jdbc.sql("select * from shipments where order_id = ? order by parcel")
                .param(orderId)
                .query(this::parcel)
                .list();
    }

    @Override
    @Transactional(readOnly = true)
    public boolean has(UUID orderId, String trackingNumber) {
        return jdbc.sql("select exists (select 1 from shipments where order_id = ? and tracking_number = ?)")
                .params(orderId, trackingNumber)
                .query(Boolean.class)
                .single();
    }

    /** The order that a parcel belongs to. @throws UnknownParcel when no parcel has the tracking number */
    UUID orderOf(String trackingNumber) {
        return jdbc.sql("select order_id from shipments where tracking_number = ? order by created_at desc limit 1")
                .param(trackingNumber)
                .query(UUID.class)
                .optional()
                .orElseThrow(() -> new UnknownParcel(trackingNumber));
    }

    /** Takes down what the carrier says of a parcel. @return false when it says nothing new */
    boolean isNews(UUID orderId, String trackingNumber, String status, Instant at) {
        return jdbc.sql(
                                """
                                update shipments set reported = :status, reported_at = :at
                                where order_id = :order and tracking_number = :parcel
                                    and reported is distinct from 'delivered'
                                    and (reported_at is null or reported_at < :at or :status = 'delivered')
                                """)
                        .param("status", status)
                        .param("at", Timestamp.from(at))
                        .param("order", orderId)
                        .param("parcel", trackingNumber)
                        .update()
                > 0;
    }

    private Parcel parcel(ResultSet rs, int row) throws SQLException {
        Timestamp reportedAt = rs.getTimestamp("reported_at");
        return new Parcel(
                rs.getInt("parcel"),
                rs.getString("carrier"),
                rs.getString("tracking_number"),
                rs.getString("reported"),
                reportedAt == null ? null : reportedAt.toInstant(),
                contents(rs.getString("contents")),
                rs.getTimestamp("created_at").toInstant());
    }

    private String contents(Order order) {
        try {
            return mapper.writeValueAsString(order.lines().stream()
                    .filter(line -> line.ready() > 0)
                    .map(line -> new Content(line.lineNo(), line.ready()))
                    .toList());
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The contents of a parcel could not be written", e);
        }
    }

    private List<Content> contents(String json) {
        try {
            return json == null ? List.of() : List.of(mapper.readValue(json, Content[].class));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("The contents of a parcel cannot be read back", e);
        }
    }
}

package org.orderway.inventory;

import java.util.ArrayList;
import java.util.List;
import org.orderway.messages.OutgoingMessage;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/**
 * Tells the other rooms how stock changed, beside the path of orders: orders only let a product's number grow, and a look
 * takes the products whose number is above the one that was told, with the state they are in. What changes several times
 * between two looks is told once. It needs no outbox: a state stays untold until the broker has it.
 */
@Component("stockNews")
public class StockNews {

    private final JdbcClient jdbc;
    private final StockEvents events;
    private final InventorySettings settings;

    StockNews(JdbcClient jdbc, StockEvents events, InventorySettings settings) {
        this.jdbc = jdbc;
        this.events = events;
        this.settings = settings;
    }

    /**
     * What is to be told, and which states it tells.
     *
     * @param messages one {@code inventory.updated} for each state, and {@code inventory.low} where an article became low
     */
    public record News(List<OutgoingMessage> messages, List<State> states) {}

    /** A state of a product. @param lows how often it had become low by then */
    public record State(String sku, long sequence, long lows) {}

    private record Change(Product product, long lows, boolean isLowNew) {}

    /**
     * Claims the products that changed, the longest untold first, and notes which of them became low. An article is low
     * when it falls to its threshold, and may become low again once it rose above; one that never had a piece is not.
     * A claim that nobody redeems runs out, so that several instances share the work and a broken one loses nothing.
     */
    @Transactional
    public News next() {
        List<Change> changes = jdbc.sql(
                        """
                        with changed as (
                            select p.* from products p left join stock_told t on t.sku = p.sku
                            where p.sequence > coalesce(t.sequence, 0)
                                and (t.claimed_at is null or t.claimed_at < now() - make_interval(secs => :tellAgain))
                            order by t.told_at nulls first, p.sku limit :tellMost),
                        claimed as (
                            insert into stock_told as t (sku, low, lows, claimed, claimed_at)
                            select sku, low, low::int, sequence, now() from (
                                select sku, sequence, stocked and received > 0
                                    and on_hand - reserved <= coalesce(low_at, :lowAt) as low
                                from changed order by sku) judged
                            on conflict (sku) do update set low = excluded.low, claimed = excluded.claimed,
                                claimed_at = excluded.claimed_at, lows = t.lows + (excluded.low and not t.low)::int
                            where t.sequence < excluded.claimed
                                and (t.claimed_at is null or t.claimed_at < now() - make_interval(secs => :tellAgain))
                            returning sku, lows, lows > lows_told as low_is_new)
                        select c.*, claimed.lows, claimed.low_is_new
                        from changed c join claimed on claimed.sku = c.sku
                        """)
                .param("tellAgain", settings.tellAgain().toMillis() / 1000.0)
                .param("tellMost", settings.tellMost())
                .param("lowAt", settings.lowAt())
                .query((rs, n) ->
                        new Change(Product.row(rs, settings.lowAt()), rs.getLong("lows"), rs.getBoolean("low_is_new")))
                .list();
        List<OutgoingMessage> messages = new ArrayList<>();
        List<State> states = new ArrayList<>();
        for (Change change : changes) {
            messages.add(events.updated(change.product()));
            if (change.isLowNew()) {
                messages.add(events.low(change.product(), change.lows()));
            }
            states.add(new State(change.product().sku(), change.product().sequence(), change.lows()));
        }
        return new News(messages, states);
    }

    /** The broker has these states. */
    @Transactional
    public void told(News news) {
        if (news.states().isEmpty()) {
            return;
        }
        jdbc.sql(
                        """
                        update stock_told t set sequence = n.sequence, lows_told = n.lows, told_at = now(), claimed_at = null
                        from unnest(cast(? as text[]), cast(? as bigint[]), cast(? as bigint[])) as n (sku, sequence, lows)
                        where t.sku = n.sku and t.sequence < n.sequence
                        """)
                .params(
                        news.states().stream().map(State::sku).toArray(String[]::new),
                        news.states().stream().map(State::sequence).toArray(Long[]::new),
                        news.states().stream().map(State::lows).toArray(Long[]::new))
                .update();
    }
}

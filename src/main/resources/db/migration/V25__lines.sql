-- What became of the pieces of a line; the others are still to leave. Of the cancelled ones, uncharged are those that were
-- cancelled before anybody paid for them. Granted pieces were paid back although the customer keeps them.
alter table order_lines
    add column cancelled int not null default 0,
    add column uncharged int not null default 0,
    add column shipped   int not null default 0,
    add column returned  int not null default 0,
    add column granted   int not null default 0;
update order_lines l set shipped = l.quantity,
    returned = coalesce((select sum(rl.quantity) from return_lines rl join returns r on r.id = rl.return_id
        where r.order_id = l.order_id and rl.line_no = l.line_no), 0)
from orders o where o.id = l.order_id and o.fulfilment_state in ('shipped', 'delivered', 'returned');
alter table order_lines add constraint order_lines_pieces check (
    cancelled >= 0 and shipped >= 0 and cancelled + shipped <= quantity
    and uncharged between 0 and cancelled and returned between 0 and shipped and granted between 0 and shipped);

-- Pieces that were cancelled before they left. Refund is what had been paid for them.
create table cancellations (
    id            uuid primary key,
    order_id      uuid        not null references orders (id),
    request       text        not null,
    reason        text        not null,
    value         numeric     not null check (value >= 0),
    refund        numeric     not null check (refund >= 0),
    cancelled_at  timestamptz not null default now()
);
create index cancellations_of_order on cancellations (order_id);

create table cancellation_lines (
    cancellation_id  uuid not null references cancellations (id),
    line_no          int  not null,
    sku              text not null,
    quantity         int  not null check (quantity > 0),
    primary key (cancellation_id, line_no)
);

-- Money that was promised back for goods that the customer keeps.
create table goodwill (
    id          uuid primary key,
    order_id    uuid        not null references orders (id),
    request     text        not null,
    amount      numeric     not null check (amount > 0),
    reason      text        not null,
    granted_by  text        not null,
    granted_at  timestamptz not null default now()
);
create index goodwill_of_order on goodwill (order_id);

-- What of the money of orders is their customers' again, whether it went back already or is on its way.
create view promised_back as
    select order_id, value as amount, returned_at as at from returns
    union all select order_id, refund, cancelled_at from cancellations
    union all select order_id, amount, granted_at from goodwill;

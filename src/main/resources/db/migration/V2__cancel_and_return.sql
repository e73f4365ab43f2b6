-- Money that went back to the customer; never more than was captured.
alter table orders add column refunded numeric not null default 0;
alter table orders add constraint orders_refunded_within_captured check (refunded >= 0 and refunded <= captured);

-- A refund is an effect outside this database like a charge. Amounts that are under way count against what is left.
alter table effects drop constraint effects_kind_check;
alter table effects add constraint effects_kind_check check (kind in ('charge', 'shipment', 'mail', 'refund'));
alter table effects add column amount numeric;

-- Pieces of a sold reservation that came back: on_hand grew and sold shrank by them.
alter table reservations add column returned bigint not null default 0;
alter table reservations add constraint reservations_returned_within_quantity
    check (returned >= 0 and returned <= quantity);

create table returns (
    id           uuid primary key,
    order_id     uuid        not null references orders (id),
    request      text        not null,
    reason       text        not null,
    value        numeric     not null check (value >= 0),
    returned_at  timestamptz not null default now()
);
create index returns_of_order on returns (order_id);

create table return_lines (
    return_id  uuid not null references returns (id),
    line_no    int  not null,
    sku        text not null,
    quantity   int  not null check (quantity > 0),
    primary key (return_id, line_no)
);

-- A return found in an import waits until the order it belongs to has left the house; one that no order fits is a
-- person's matter.
alter table imported_returns add column state text not null default 'waiting'
    check (state in ('waiting', 'matched', 'unmatched'));
alter table imported_returns add column return_id uuid references returns (id);
alter table imported_returns add column looked_at timestamptz;
create index imported_returns_waiting on imported_returns (looked_at nulls first) where state = 'waiting';

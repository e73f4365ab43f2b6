-- Orders. One row an order; the row is what every step locks.
create table orders (
    id                uuid primary key,
    number            text           not null unique,
    request_hash      text           not null,
    lane              text           not null check (lane in ('normal', 'priority')),
    status            text           not null,
    reason            text,
    payment_state     text           not null default 'none',
    fulfilment_state  text           not null default 'none',
    customer_id       text           not null,
    customer_name     text,
    customer_email    text,
    ship_to           jsonb          not null,
    country           text           not null,
    category          text           not null,
    currency          text           not null,
    total             numeric not null check (total >= 0),
    payment_method    text           not null,
    payment_token     text,
    captured          numeric not null default 0,
    created_at        timestamptz    not null,
    moved_at          timestamptz    not null
);
create index orders_by_status on orders (status, id);
create index orders_by_customer on orders (customer_id, id);

create table order_lines (
    order_id    uuid           not null references orders (id),
    line_no     int            not null,
    sku         text           not null,
    quantity    int            not null check (quantity > 0),
    unit_price  numeric,
    category    text           not null,
    primary key (order_id, line_no)
);

-- An Idempotency-Key, or the message id of an order that came straight over the exchange, and the order it made.
create table idempotency_keys (
    key           text primary key,
    request_hash  text        not null,
    order_id      uuid        not null references orders (id),
    created_at    timestamptz not null default now()
);
create index idempotency_keys_by_age on idempotency_keys (created_at);

-- What a step of an order decided, with the complete messages it sends: a second delivery publishes these again.
create table outcomes (
    order_id     uuid        not null,
    step         text        not null,
    void         boolean     not null,
    messages     json        not null,
    recorded_at  timestamptz not null default now(),
    primary key (order_id, step)
);
create index outcomes_by_age on outcomes (recorded_at);

-- Messages of events that were not born in a delivery. A row leaves once the broker confirmed it.
create table outbox (
    id          bigint generated always as identity primary key,
    message     json        not null,
    added_at    timestamptz not null default now(),
    taken_at    timestamptz not null default now()
);
create index outbox_by_taking on outbox (taken_at);

-- The journal of effects outside this database. Known answers are never asked for again.
create table effects (
    key        text primary key,
    kind       text        not null check (kind in ('charge', 'shipment', 'mail')),
    order_id   uuid        not null,
    intent_at  timestamptz not null default now(),
    known_at   timestamptz,
    result     jsonb
);
create index effects_of_order on effects (order_id);
create index effects_in_doubt on effects (intent_at) where known_at is null;

-- Stock. received = on_hand + sold, and available = on_hand - reserved is never negative.
create table products (
    sku         text primary key,
    name        text           not null,
    category    text           not null,
    price       numeric not null check (price >= 0),
    currency    text           not null,
    stocked     boolean        not null,
    received    bigint         not null default 0,
    on_hand     bigint         not null default 0 check (on_hand >= 0),
    reserved    bigint         not null default 0 check (reserved >= 0),
    sold        bigint         not null default 0,
    updated_at  timestamptz    not null default now(),
    check (reserved <= on_hand),
    check (received = on_hand + sold)
);

create table reservations (
    order_id    uuid        not null,
    sku         text        not null references products (sku),
    quantity    bigint      not null check (quantity > 0),
    state       text        not null check (state in ('held', 'released', 'sold')),
    changed_at  timestamptz not null default now(),
    primary key (order_id, sku)
);
create index reservations_held on reservations (sku) where state = 'held';

create table shipments (
    order_id         uuid primary key references orders (id),
    carrier          text        not null,
    shipment_id      text        not null,
    tracking_number  text        not null,
    label            text        not null,
    created_at       timestamptz not null default now()
);

-- The trail: every event of every order, appended once, never changed.
create table audit_events (
    seq             bigint generated always as identity primary key,
    event_id        text        not null unique,
    order_id        uuid,
    type            text        not null,
    routing_key     text        not null,
    occurred_at     timestamptz not null,
    recorded_at     timestamptz not null default now(),
    body            jsonb,
    body_text       text
);
create index audit_of_order on audit_events (order_id, seq);

-- Analytics: one row at an order's creation, completed by one at its end; the aggregates are counted from here.
create table analytics_orders (
    order_id        uuid primary key,
    lane            text           not null,
    country         text           not null,
    payment_method  text           not null,
    currency        text           not null,
    total           numeric not null,
    created_at      timestamptz,
    status          text           not null,
    reason          text,
    ended_at        timestamptz
);
create index analytics_by_minute on analytics_orders (created_at);

-- Returns found in an import. They are reported and kept here until returns are handled.
create table imported_returns (
    number       text        not null,
    row_no       bigint      not null,
    sku          text        not null,
    quantity     int         not null,
    customer_id  text        not null,
    imported_at  timestamptz not null default now(),
    primary key (number, row_no)
);

-- Work that is done once in the life of an installation, such as feeding the sample orders.
create table once (
    name  text primary key,
    at    timestamptz not null default now()
);

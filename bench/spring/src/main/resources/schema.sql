create table if not exists products (
    sku       text primary key,
    name      text    not null,
    category  text    not null,
    price     numeric not null,
    currency  text    not null,
    received  bigint  not null default 0,
    on_hand   bigint  not null default 0 check (on_hand >= 0),
    reserved  bigint  not null default 0 check (reserved >= 0),
    sold      bigint  not null default 0,
    check (reserved <= on_hand),
    check (received = on_hand + sold)
);

create table if not exists orders (
    id              uuid primary key,
    number          text        not null unique,
    status          text        not null,
    priority        boolean     not null,
    customer_id     text        not null,
    customer_name   text,
    customer_email  text,
    ship_to         jsonb       not null,
    payment_method  text        not null,
    payment_token   text,
    currency        text        not null,
    total           numeric     not null,
    captured        numeric     not null default 0,
    created_at      timestamptz not null default now(),
    moved_at        timestamptz not null default now()
) with (fillfactor = 70);

create table if not exists order_lines (
    order_id    uuid    not null,
    line_no     int     not null,
    sku         text    not null,
    quantity    int     not null check (quantity > 0),
    unit_price  numeric not null,
    primary key (order_id, line_no)
);

-- What a step decided, with the message it sends: a second delivery sends it again.
create table if not exists outcomes (
    order_id     uuid        not null,
    step         text        not null,
    message_id   text        not null,
    type         text        not null,
    routing_key  text        not null,
    body         bytea       not null,
    recorded_at  timestamptz not null default now(),
    primary key (order_id, step)
);

-- Messages that were not born in a delivery, until the broker has confirmed them.
create table if not exists outbox (
    id           bigint generated always as identity primary key,
    order_id     uuid        not null,
    message_id   text        not null,
    type         text        not null,
    routing_key  text        not null,
    body         bytea       not null,
    added_at     timestamptz not null default now()
);

create table if not exists payments (
    order_id     uuid primary key,
    method       text        not null,
    amount       numeric     not null,
    recorded_at  timestamptz not null default now()
);

create table if not exists shipments (
    order_id         uuid primary key,
    tracking_number  text        not null,
    recorded_at      timestamptz not null default now()
);

create table if not exists audit_events (
    event_id     text primary key,
    order_id     uuid,
    type         text        not null,
    routing_key  text        not null,
    recorded_at  timestamptz not null default now(),
    body         jsonb       not null
);

create table if not exists notifications (
    event_id     text primary key,
    order_id     uuid        not null,
    type         text        not null,
    recorded_at  timestamptz not null default now()
);

create table if not exists analytics_events (
    event_id        text primary key,
    order_id        uuid        not null,
    type            text        not null,
    payment_method  text        not null,
    currency        text        not null,
    total           numeric     not null,
    at              timestamptz not null
);

create table if not exists purchases (
    event_id     text not null,
    sku          text not null,
    customer_id  text not null,
    primary key (event_id, sku)
);

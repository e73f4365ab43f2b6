-- By what cards are told apart: a keyed hash of the payment token. And where the card is from, if the shop says so.
alter table orders add column card bytea;
alter table orders add column card_country text;

-- What was found of each prepaid order before its money is taken. A row is written once; passed changes when a person decides.
create table fraud_checks (
    order_id     uuid        primary key,
    customer_id  text        not null,
    card         bytea,
    country      text        not null,
    currency     text        not null,
    total        numeric     not null,
    verdict      text        not null default 'approve' check (verdict in ('approve', 'review', 'decline')),
    score        int         not null default 0,
    reasons      jsonb       not null default '[]',
    passed       boolean     not null default true,
    checked_at   timestamptz not null default now()
);
create index fraud_checks_of_customer on fraud_checks (customer_id, checked_at);
create index fraud_checks_of_card on fraud_checks (card, checked_at) where card is not null;

-- Payments that wait for a person's decision, or waited for one. Void: the order came to nothing meanwhile.
create table fraud_reviews (
    order_id    uuid primary key references fraud_checks (order_id),
    state       text        not null default 'open' check (state in ('open', 'approved', 'declined', 'void')),
    opened_at   timestamptz not null default now(),
    claimed_at  timestamptz,                           -- an instance is about to tell the operator
    told_at     timestamptz,
    closed_at   timestamptz,
    by_whom     text,
    reason      text
);
create index fraud_reviews_open on fraud_reviews (opened_at) where state = 'open';

-- Money that went back: a customer's or a card's past.
create table fraud_signals (
    event_id     text primary key,
    kind         text        not null check (kind in ('refund', 'chargeback')),
    order_id     uuid        not null,
    customer_id  text        not null,
    card         bytea,
    at           timestamptz not null
);
create index fraud_signals_of_customer on fraud_signals (customer_id, at);
create index fraud_signals_of_card on fraud_signals (card, at) where card is not null;

-- What an order of the shop usually costs, measured now and then.
create table fraud_usuals (
    currency     text primary key,
    total        numeric     not null,
    orders       bigint      not null,
    measured_at  timestamptz not null default now()
);

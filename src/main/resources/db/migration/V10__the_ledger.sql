-- The money of all orders: what came in is positive, what went out negative. One entry for each event about money.
create table ledger_entries (
    event_id     text        primary key,
    order_id     uuid        not null,
    payment_id   text        not null,
    kind         text        not null check (kind in ('captured', 'collected', 'refunded', 'charged_back')),
    method       text        not null,
    currency     text        not null,
    amount       numeric     not null check ((amount > 0) = (kind in ('captured', 'collected'))),
    occurred_at  timestamptz not null,
    booked_at    timestamptz not null default now()
);
create index ledger_by_time on ledger_entries (occurred_at);
create index ledger_of_order on ledger_entries (order_id);
create trigger ledger_entries_are_immutable before update or delete on ledger_entries
    for each row execute function refuse_change();

-- What the carrier last said of a parcel.
alter table shipments add column reported text;
alter table shipments add column reported_at timestamptz;
create index shipments_by_tracking_number on shipments (tracking_number);

-- Money that a customer's bank took back. It is no refund: nobody of ours gave it. The id is the payment provider's.
create table chargebacks (
    id           text        primary key,
    order_id     uuid        not null references orders (id),
    amount       numeric     not null check (amount > 0),
    reason       text,
    received_at  timestamptz not null default now()
);
create index chargebacks_of_order on chargebacks (order_id);

-- The money of orders from before there was a ledger.
insert into ledger_entries (event_id, order_id, payment_id, kind, method, currency, amount, occurred_at)
select 'before-the-ledger-' || o.id, o.id, 'charge-' || o.id, 'captured', o.payment_method, o.currency, o.captured,
    coalesce(e.known_at, o.moved_at)
from orders o left join effects e on e.key = 'charge-' || o.id
where o.captured > 0 and not exists (select 1 from ledger_entries l where l.order_id = o.id);
insert into ledger_entries (event_id, order_id, payment_id, kind, method, currency, amount, occurred_at)
select 'before-the-ledger-' || e.key, o.id, e.key, 'refunded', o.payment_method, o.currency, -e.amount, e.known_at
from effects e join orders o on o.id = e.order_id
where e.kind = 'refund' and e.known_at is not null and e.amount > 0
    and exists (select 1 from ledger_entries l where l.event_id = 'before-the-ledger-' || o.id);

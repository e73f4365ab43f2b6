-- By when an order is promised to leave the house; when it was moved to the priority lane for it, and when its customer was
-- told that it will be late.
alter table orders add column promised_by timestamptz;
update orders set promised_by = created_at + interval '30 minutes';
alter table orders alter column promised_by set not null;
alter table orders add column promoted_at timestamptz;
alter table orders add column delayed_at timestamptz;

-- Orders that wait in their lane, those first that are promised first.
create index orders_waiting on orders (lane, promised_by) include (promoted_at) where status = 'RECEIVED';

-- Orders whose promise has not passed yet, or of which nobody was told that it did.
create index orders_by_promise on orders (promised_by)
    where delayed_at is null and status not in ('SHIPPED', 'DELIVERED', 'CANCELLING', 'CANCELLED', 'FAILED', 'RETURNED');
update orders set delayed_at = now()
    where promised_by < now()
        and status not in ('SHIPPED', 'DELIVERED', 'CANCELLING', 'CANCELLED', 'FAILED', 'RETURNED');

-- Whether the order itself came over the exchange: nothing told then that it was placed.
alter table orders add column delivered boolean not null default false;
update orders set delivered = true
    where id in (select order_id from idempotency_keys where key like 'amqp:%');

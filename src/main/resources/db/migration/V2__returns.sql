alter table orders add column refunded numeric not null default 0;
alter table effects drop constraint effects_kind_check;
alter table effects add check (kind in ('charge', 'shipment', 'mail', 'refund'));
alter table effects add column amount numeric;
alter table reservations add column returned bigint not null default 0;

-- So that an order can show each attempt that was made for it.
alter table retried add column order_id uuid;
create index retried_of_order on retried (order_id) where order_id is not null;

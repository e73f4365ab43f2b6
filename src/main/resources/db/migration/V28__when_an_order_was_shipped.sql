-- The order log's end moves on when a parcel is delivered or comes back; how long an order took to its parcel is read from here.
alter table analytics_orders add column shipped_at timestamptz;
update analytics_orders a set shipped_at = s.created_at from shipments s where s.order_id = a.order_id;

-- The language a customer is told in, BCP 47: what the order says, and what the customer prefers.
alter table orders add column customer_locale text;
alter table customer_preferences add column locale text;

-- A text message and a message in the app are journalled like a mail. One that another system asks for need not be about an
-- order.
alter table effects drop constraint effects_kind_check;
alter table effects add constraint effects_kind_check
    check (kind in ('charge', 'shipment', 'mail', 'refund', 'sms', 'push'));
alter table effects alter column order_id drop not null;
alter table effects add constraint effects_of_an_order check (order_id is not null or kind in ('mail', 'sms', 'push'));

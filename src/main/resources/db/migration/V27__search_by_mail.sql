-- A person on the telephone says their mail address, not their order's number.
create index orders_by_mail on orders (lower(customer_email), id) where customer_email is not null;

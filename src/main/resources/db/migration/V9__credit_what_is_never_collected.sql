-- A credit note is also issued for what was invoiced and will never be collected: then no money went back.
alter table credit_notes rename column refund to cause;
alter table credit_notes add column refunded boolean not null default true;
alter table credit_notes alter column refunded drop default;

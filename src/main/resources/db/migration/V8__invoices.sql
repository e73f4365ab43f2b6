-- The last number given in each series and year. The row is locked until the paper with the number is committed, so that a
-- number is never lost: a sequence would lose those of transactions that fail.
create table paper_numbers (
    series  text not null,
    year    int  not null,
    last    int  not null,
    primary key (series, year)
);

-- One invoice an order, with everything it says copied into it.
create table invoices (
    number     text        primary key,
    order_id   uuid        not null unique references orders (id),
    issued_at  timestamptz not null,
    currency   text        not null,
    total      numeric     not null,
    content    jsonb       not null
);

-- Money of an invoice that went back, one note for each refund.
create table credit_notes (
    number     text        primary key,
    invoice    text        not null references invoices (number),
    order_id   uuid        not null references orders (id),
    refund     text        not null unique,
    issued_at  timestamptz not null,
    currency   text        not null,
    amount     numeric     not null check (amount > 0),
    content    jsonb       not null
);
create index credit_notes_of_order on credit_notes (order_id, number);

-- What was issued is never changed nor taken back.
create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is never changed', tg_table_name;
end $$;
create trigger invoices_are_immutable before update or delete on invoices
    for each row execute function refuse_change();
create trigger credit_notes_are_immutable before update or delete on credit_notes
    for each row execute function refuse_change();

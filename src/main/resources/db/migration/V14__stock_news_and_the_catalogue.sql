-- Every change of a product has a number of its own, by which readers tell an older state from a newer one.
alter table products add column sequence bigint not null default 1;

-- With so many pieces or fewer an article is low; null: orderway.inventory.low-at.
alter table products add column low_at bigint check (low_at >= 0);

create function count_change() returns trigger language plpgsql as $$
begin
    new.sequence := old.sequence + 1;
    return new;
end $$;
create trigger products_count_their_changes before update on products
    for each row execute function count_change();

-- What the other rooms were told of a product. Beside products, so that telling never locks a row that an order needs.
create table stock_told (
    sku         text primary key,
    sequence    bigint      not null default 0,            -- of the last state the broker confirmed
    low         boolean     not null,
    lows        bigint      not null,                      -- how often it became low
    lows_told   bigint      not null default 0,
    told_at     timestamptz,
    claimed     bigint      not null,                      -- of the state that an instance is about to tell
    claimed_at  timestamptz
);

-- Pieces that came in, and what was there after them.
create table replenishments (
    id               uuid primary key,
    idempotency_key  text unique,
    sku              text        not null references products (sku),
    quantity         bigint      not null check (quantity > 0),
    reference        text,
    on_hand          bigint      not null,
    available        bigint      not null,
    replenished_at   timestamptz not null default now()
);
create index replenishments_of_product on replenishments (sku, replenished_at);

-- The catalogue as its readers see it: what the last event said, by its number.
create table catalogue (
    sku        text primary key,
    sequence   bigint      not null,
    name       text        not null,
    category   text        not null,
    price      numeric     not null,
    currency   text        not null,
    available  bigint,                                     -- null: needs no stock
    as_of      timestamptz not null
);

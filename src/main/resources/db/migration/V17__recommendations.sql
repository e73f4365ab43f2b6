-- What customers looked at and put into their carts, the last time of each. Of the customer nothing but the id is known.
create table behaviour (
    customer_id  text        not null,
    sku          text        not null,
    kind         text        not null check (kind in ('viewed', 'carted')),
    at           timestamptz not null,
    primary key (customer_id, sku, kind)
);
create index behaviour_by_age on behaviour (at);

-- What customers have.
create table purchases (
    customer_id  text        not null,
    sku          text        not null,
    at           timestamptz not null,
    primary key (customer_id, sku)
);

-- Shipped orders that are counted below, each once.
create table counted_orders (
    order_id  uuid primary key
);

-- In how many orders: all of them, those with an article, those with two articles.
create table order_counts (
    only_one  boolean primary key default true check (only_one),
    orders    bigint not null
);

create table article_counts (
    sku     text   primary key,
    orders  bigint not null
);
create index article_counts_by_orders on article_counts (orders desc, sku);

create table pair_counts (
    first   text   not null,
    second  text   not null check (first < second),
    orders  bigint not null,
    primary key (first, second)
);
create index pair_counts_of_second on pair_counts (second);

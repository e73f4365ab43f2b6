-- What the warehouse knows of an article: the last time it became low, and what came in of it last. One row an article.
create table warehouse_articles (
    sku                   text primary key,
    name                  text        not null,
    low_time              bigint,                          -- how often it had become low by then
    low_sequence          bigint,
    low_since             timestamptz,
    available             bigint,
    low_at                bigint,
    mailed_at             timestamptz,
    replenished_sequence  bigint,
    replenished_at        timestamptz,
    replenished_quantity  bigint,
    enough                boolean,                         -- it was above its threshold after that
    open                  boolean     not null generated always as (
        low_sequence is not null
        and not (coalesce(replenished_sequence, 0) > low_sequence and coalesce(enough, false))) stored
);

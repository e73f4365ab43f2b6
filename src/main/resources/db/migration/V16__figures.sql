-- The order log knows the category, and of each row when it was written and from which event.
alter table analytics_orders add column category text;
update analytics_orders a set category = o.category from orders o where o.id = a.order_id;
update analytics_orders set category = 'other' where category is null;
alter table analytics_orders alter column category set not null;
alter table analytics_orders add column event_id text;
alter table analytics_orders add column written_at timestamptz not null default now();

-- Retries: a row for each time a message came back from a retry queue to be tried again. Never changed.
create table retried (
    queue       text        not null,
    message_id  text        not null,
    round       int         not null,
    retries     int         not null,
    type        text        not null,
    at          timestamptz not null default now(),
    primary key (queue, message_id, round, retries)
);
create index retried_by_time on retried (at);

-- How far the order log is made anew from the trail: first every event up to a place, then every row that has none.
create table analytics_rebuilds (
    id          bigint generated always as identity primary key,
    by_whom     text        not null,
    reason      text        not null,
    state       text        not null default 'running' check (state in ('running', 'done')),
    read_to     bigint      not null default 0,
    up_to       bigint      not null,
    checked_to  uuid        not null default '00000000-0000-0000-0000-000000000000',
    orders      bigint      not null default 0,
    removed     bigint      not null default 0,
    started_at  timestamptz not null default now(),
    ended_at    timestamptz
);
create unique index one_running_rebuild on analytics_rebuilds (state) where state = 'running';

-- Orders of a status by the time of their last move: the recently moved, and those that moved long ago.
create index orders_by_move on orders (status, moved_at);

-- What each article sold, beside reservations_held.
create index reservations_sold on reservations (sku) include (quantity, returned) where state = 'sold';

-- The order of which a message waits; the watchdog's own alarms do not count.
alter table outbox add column order_id text generated always as (
    case when message -> 0 ->> 'type' not like 'order.alarm.%' then message -> 0 ->> 'correlationId' end) stored;

-- How far the watchdog has come. One row: of several instances one watches at a time.
create table watchdog (
    only_one      boolean primary key default true check (only_one),
    looked_at     timestamptz not null default now(),
    order_before  uuid,
    sku_before    text        not null default '',
    summed_at     timestamptz,
    money         jsonb       not null default '[]'
);
insert into watchdog default values;

-- Rules that are broken, as seen at two looks or more (confirmed) or at one so far.
create table violations (
    invariant     text        not null,
    subject       text        not null,
    expected      text        not null,
    found         text        not null,
    since         timestamptz not null default now(),
    seen_at       timestamptz not null default now(),
    confirmed_at  timestamptz,
    announced_at  timestamptz,
    primary key (invariant, subject)
);
create index violations_by_sight on violations (seen_at);

-- Open orders that made no progress for long and wait neither in the outbox, nor for a retry, nor as a dead letter.
create table quiet_orders (
    order_id     uuid primary key,
    lane         text        not null,
    awaits       text        not null,
    progress_at  timestamptz not null,
    quiet_since  timestamptz not null default now(),
    overtaken    boolean     not null default false
);

-- The youngest order of each lane that has passed a step.
create table passed_orders (
    step        text        not null,
    lane        text        not null,
    created_at  timestamptz not null,
    primary key (step, lane)
);

-- Orders whose recorded messages were published again.
create table nudges (
    order_id   uuid primary key,
    times      int         not null default 1,
    nudged_at  timestamptz not null default now()
);
create index nudges_by_age on nudges (nudged_at);

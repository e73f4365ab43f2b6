-- Messages in a retry queue: which order waits, for which step, until when. A row goes when its message comes back.
create table retries (
    queue        text        not null,
    message_id   text        not null,
    order_id     uuid,
    retries      int         not null,
    due_at       timestamptz not null,
    reason       text        not null,
    recorded_at  timestamptz not null default now(),
    primary key (queue, message_id)
);
create index retries_of_order on retries (order_id);
create index retries_by_due on retries (due_at);

create table retries (
    queue       text        not null,
    message_id  text        not null,
    order_id    uuid,
    retries     int         not null,
    due_at      timestamptz not null,
    primary key (queue, message_id)
);

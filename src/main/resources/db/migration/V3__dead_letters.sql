create table dead_letters (
    id          bigint generated always as identity primary key,
    queue       text not null,
    message_id  text not null,
    round       int  not null default 0,
    order_id    uuid,
    type        text,
    state       text not null check (state in ('open', 'replayed', 'discarded')),
    unique (queue, message_id, round)
);

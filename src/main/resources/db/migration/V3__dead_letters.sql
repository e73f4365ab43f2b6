-- Why orders and steps fail: one row for each kind of failure, counted once for each event.
create table failures (
    fingerprint     text primary key,
    queue           text,                                  -- null: a refusal, which is no step's failure
    cause           text        not null,
    reason          text        not null,
    technical       boolean     not null,
    count           bigint      not null default 1,
    first_at        timestamptz not null,
    last_at         timestamptz not null,
    alerted_count   bigint      not null default 0,        -- of these the operator has heard
    alerted_at      timestamptz,
    claimed_at      timestamptz                            -- an instance is about to send the mail
);
create index failures_to_alert on failures (last_at) where technical and count > alerted_count;

create table failure_events (
    event_id     text primary key,
    recorded_at  timestamptz not null default now()
);
create index failure_events_by_age on failure_events (recorded_at);

-- The dead letters of all queues. A letter is open until a person replays or discards it.
create table dead_letters (
    id              bigint generated always as identity primary key,
    queue           text        not null,
    message_id      text        not null,
    round           int         not null,
    order_id        uuid,
    path            boolean     not null,
    type            text,
    correlation_id  text,
    content_type    text,
    sent_at         timestamptz not null,
    retries         int         not null,
    reason          text        not null,
    fingerprint     text        not null references failures (fingerprint),
    headers         jsonb       not null,
    body            bytea       not null,
    edited_body     bytea,
    arrivals        bigint      not null default 1,
    state           text        not null default 'open' check (state in ('open', 'replayed', 'discarded')),
    collected_at    timestamptz not null default now(),
    closed_at       timestamptz,
    handled_at      timestamptz,                           -- replayed, and then its queue was done with it
    unique (queue, message_id, round)
);
create index dead_letters_of_fingerprint on dead_letters (state, fingerprint, id);
create index dead_letters_of_order on dead_letters (order_id) where order_id is not null;
create index dead_letters_open on dead_letters (queue) where state = 'open';

-- Replays of all open letters of one kind: the selection is frozen at the start and sent in growing batches.
create table replays (
    id            bigint generated always as identity primary key,
    fingerprint   text        not null references failures (fingerprint),
    state         text        not null default 'running' check (state in ('running', 'done', 'stopped')),
    batch         int         not null default 0,
    left_in_batch int         not null default 0,
    batch_at      timestamptz not null default now(),      -- when the batch's last message was sent
    due_at        timestamptz not null default now(),
    started_at    timestamptz not null default now(),
    ended_at      timestamptz,
    ended_because text
);
create unique index one_running_replay_of_a_fingerprint on replays (fingerprint) where state = 'running';
create index replays_running on replays (due_at) where state = 'running';

create table replay_items (
    replay_id  bigint not null references replays (id),
    letter_id  bigint not null references dead_letters (id),
    batch      int,
    outcome    text   not null default 'waiting'
               check (outcome in ('waiting', 'sent', 'handled', 'failed', 'skipped')),
    primary key (replay_id, letter_id)
);
create index replay_items_of_letter on replay_items (letter_id);

-- What people did with dead letters.
create table dead_letter_actions (
    id         bigint generated always as identity primary key,
    letter_id  bigint references dead_letters (id),
    replay_id  bigint references replays (id),
    action     text        not null,
    by_whom    text        not null,
    reason     text        not null,
    at         timestamptz not null default now(),
    check (letter_id is not null or replay_id is not null)
);
create index dead_letter_actions_of_letter on dead_letter_actions (letter_id);
create index dead_letter_actions_of_replay on dead_letter_actions (replay_id);

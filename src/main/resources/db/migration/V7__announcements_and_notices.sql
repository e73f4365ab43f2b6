-- How customers want to be told. Without a row: everything, by mail.
create table customer_preferences (
    customer_id   text primary key,
    promotions    boolean     not null,
    mail          boolean     not null,
    phone         text,                                    -- null: no text messages
    device_token  text,                                    -- null: no messages in the app
    updated_at    timestamptz not null default now()
);

create table announcements (
    id               uuid primary key,
    idempotency_key  text unique,
    kind             text        not null check (kind in ('promotion', 'service')),
    subject          text        not null,
    text             text        not null,
    announced_at     timestamptz not null default now()
);

-- How far the receivers of an announcement on a channel are written down: all customers up to this one.
create table announcement_channels (
    announcement_id  uuid    not null references announcements (id),
    channel          text    not null check (channel in ('mail', 'sms', 'app')),
    up_to            text    not null default '',
    complete         boolean not null default false,
    primary key (announcement_id, channel)
);

-- One row for each announcement, channel and customer: the intent to send, and what came of it. No address is copied.
create table announcement_sends (
    announcement_id  uuid        not null references announcements (id),
    channel          text        not null,
    customer_id      text        not null,
    state            text        not null default 'waiting'
                     check (state in ('waiting', 'sent', 'not_wanted', 'given_up')),
    attempts         int         not null default 0,
    added_at         timestamptz not null default now(),
    due_at           timestamptz not null default now(),
    primary key (announcement_id, channel, customer_id)
);
create index announcement_sends_due on announcement_sends (due_at) where state = 'waiting';

create table notices (
    id               uuid primary key,
    idempotency_key  text unique,
    department       text        not null,
    type             text        not null,
    subject          text        not null,
    text             text        not null,
    noticed_at       timestamptz not null default now()
);

-- The mail of a notice to a department.
create table notice_mails (
    notice_id   uuid        not null references notices (id),
    department  text        not null,
    intent_at   timestamptz not null default now(),
    sent_at     timestamptz,
    primary key (notice_id, department)
);

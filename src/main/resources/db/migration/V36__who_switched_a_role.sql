-- Who switched a role off or on in a running instance, and what came of it; null while that is not known.
create table role_changes (
    id         bigint generated always as identity primary key,
    instance   text not null,
    role       text not null,
    action     text not null,
    decided_by text not null,
    reason     text not null,
    at         timestamptz not null,
    outcome    text
);

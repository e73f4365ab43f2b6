-- Every version of the routes that was at work, and how it came to be.

create table route_texts (
    hash text primary key,
    text text not null
);

-- A version is what all files are together: the same files are the same version, whenever they are at work.
create table route_versions (
    version text primary key,
    files   jsonb not null,
    since   timestamptz not null default now()
);

create table route_changes (
    id         bigint generated always as identity primary key,
    version    text not null references route_versions,
    previous   text,
    kind       text not null,
    decided_by text not null,
    reason     text not null,
    at         timestamptz not null,
    diff       text not null
);

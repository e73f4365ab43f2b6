-- Keys by which shops are known. A key itself is kept nowhere; it is long and random, so a plain SHA-256 gives it away to nobody.
create table api_keys (
    id          bigint      generated always as identity primary key,
    shop        text        not null,
    hash        bytea       not null unique,
    begins      text        not null,                  -- its first characters, for people
    created_at  timestamptz not null default now(),
    created_by  text        not null,
    revoked_at  timestamptz,
    revoked_by  text
);

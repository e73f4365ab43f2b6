-- What went wrong for a while, such as a sensor that reads too much, and whether somebody was told of it.
create table example_episodes (
    subject     text primary key,
    open        boolean     not null default false,
    began_at    timestamptz,
    began_with  text,                                       -- the message that began the latest one; it sends the mail
    told_at     timestamptz,
    last_at     timestamptz                                 -- of the latest message about the subject
);

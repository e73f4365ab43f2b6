-- Each entry of an order's trail carries the hash of its content and of the entry before: what is changed, taken out or put
-- in afterwards is found. What is about no order is in no chain.
alter table audit_events add column link int;
alter table audit_events add column hash bytea;

-- Where the chain of each order ends. Whoever appends to the trail locks this row, never the order's.
create table audit_chains (
    order_id  uuid primary key,
    links     int   not null default 0,
    hash      bytea not null default ''
);

create function audit_hash(previous bytea, entry audit_events) returns bytea language sql stable as $$
    select sha256(previous || convert_to(jsonb_build_array(
        entry.order_id, entry.link, entry.event_id, entry.type, entry.routing_key,
        extract(epoch from entry.occurred_at), extract(epoch from entry.recorded_at),
        entry.body, entry.body_text)::text, 'UTF8'))
$$;

-- Links the entry to its order's chain; one that is there already is left out.
create function chain_audit_event() returns trigger language plpgsql as $$
declare
    chain audit_chains;
begin
    if new.order_id is not null then
        insert into audit_chains as c (order_id) values (new.order_id)
            on conflict (order_id) do update set links = c.links returning * into chain;
    end if;
    if exists (select 1 from audit_events where event_id = new.event_id) then
        return null;
    end if;
    if new.order_id is not null then
        new.link := chain.links + 1;
        new.hash := audit_hash(chain.hash, new);
        update audit_chains set links = new.link, hash = new.hash where order_id = new.order_id;
    end if;
    return new;
end $$;

-- What was recorded so far is chained as it was recorded.
do $$
declare
    entry audit_events;
    chain audit_chains;
begin
    for entry in select * from audit_events where order_id is not null order by order_id, seq loop
        insert into audit_chains as c (order_id) values (entry.order_id)
            on conflict (order_id) do update set links = c.links returning * into chain;
        entry.link := chain.links + 1;
        entry.hash := audit_hash(chain.hash, entry);
        update audit_events set link = entry.link, hash = entry.hash where seq = entry.seq;
        update audit_chains set links = entry.link, hash = entry.hash where order_id = entry.order_id;
    end loop;
end $$;

alter table audit_events add constraint audit_events_of_orders_are_chained
    check ((order_id is null) = (link is null) and (link is null) = (hash is null));
create trigger audit_events_are_chained before insert on audit_events
    for each row execute function chain_audit_event();
create trigger audit_events_are_immutable before update or delete on audit_events
    for each row execute function refuse_change();

-- Up to which order the watchdog has looked at trails.
alter table watchdog add column trail_before uuid;

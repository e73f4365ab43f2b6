-- Under which version of the routes an event was put on the trail.
alter table audit_events add column flow_version text;

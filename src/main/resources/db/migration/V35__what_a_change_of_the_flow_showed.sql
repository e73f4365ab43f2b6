-- What became of recorded orders in the shadow run before a change of the routes.
alter table route_changes add column shadow text;

-- An order may leave in several parcels when its customer takes them so.
alter table orders add column partial boolean not null default false;

-- Pieces that wait for goods. They belong to none of the others.
alter table order_lines add column back_ordered int not null default 0;
alter table order_lines drop constraint order_lines_pieces;
alter table order_lines add constraint order_lines_pieces check (
    cancelled >= 0 and back_ordered >= 0 and shipped >= 0 and cancelled + back_ordered + shipped <= quantity
    and uncharged between 0 and cancelled and returned between 0 and shipped and granted between 0 and shipped);
create index order_lines_back_ordered on order_lines (order_id) where back_ordered > 0;

-- What is held is held for one parcel; contents say what is in it.
alter table reservations add column parcel int not null default 1;
alter table reservations drop constraint reservations_pkey;
alter table reservations add primary key (order_id, sku, parcel);
alter table shipments add column parcel int not null default 1;
alter table shipments add column contents jsonb;
alter table shipments drop constraint shipments_pkey;
alter table shipments add primary key (order_id, parcel);

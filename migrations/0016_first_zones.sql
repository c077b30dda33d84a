-- A site's first time zone holds since ever. That was written as '-infinity' or as 'epoch', and every reader had to know it; now it is the
-- epoch, before which nothing is dated.
delete from pico.site_zones z
where from_instant < 'epoch'
  and exists (
    select from pico.site_zones later
    where later.site_id = z.site_id and later.from_instant > z.from_instant and later.from_instant <= 'epoch'
  );

update pico.site_zones
set from_instant = 'epoch'
where from_instant < 'epoch';

alter table pico.site_zones
  alter column from_instant set default 'epoch',
  add constraint site_zones_since_ever check (from_instant >= 'epoch');

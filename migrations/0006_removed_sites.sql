-- Sites that were removed (docs/decisions/0012-removing-a-site.md). Journals may still hold records of theirs: those dated before the
-- removal are dropped. emptied_at: when the last of their facts was deleted; until then the removal is gone on with.
create table pico.removed_sites (
  site_id int primary key,
  domain text not null,
  removed_at timestamptz not null,
  emptied_at timestamptz
);
create index on pico.removed_sites (domain);

-- Words of all sites that a removed site used, until it is known whether others do. A writer that uses one clears the mark.
alter table pico.devices add column condemned boolean not null default false;
alter table pico.locations add column condemned boolean not null default false;
alter table pico.screens add column condemned boolean not null default false;
alter table pico.event_names add column condemned boolean not null default false;

with made as (
  insert into pico.sites (domain) values ($1)
  on conflict (domain) do nothing
  returning site_id
)
insert into pico.site_zones (site_id, from_instant, tz)
select site_id, '-infinity', $2 from made

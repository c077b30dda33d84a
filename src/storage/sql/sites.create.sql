-- A new site has its first zone from ever, so that events of the past have days as well.
with site as (
  insert into pico.sites (domain)
  values ($1)
  on conflict (domain) do nothing
  returning site_id
)
insert into pico.site_zones (site_id, tz)
select site_id, $2
from site;

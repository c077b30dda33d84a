with removed as (
  delete from pico.sites
  where domain = $1
  returning site_id, domain
)
insert into pico.removed_sites (site_id, domain, removed_at)
select site_id, domain, clock_timestamp()
from removed
returning site_id;

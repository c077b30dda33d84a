-- A row for each zone of each site.
select s.site_id, s.domain, s.created_at, s.settings @> '{"storeIp": true}', z.from_instant, z.tz
from pico.sites s
join pico.site_zones z using (site_id)
order by s.domain, z.from_instant;

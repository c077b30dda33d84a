-- A row for each zone of each site. The first may have been written as '-infinity' or 'epoch': it holds since ever.
select s.site_id, s.domain, s.created_at, s.settings @> '{"storeIp": true}', greatest(z.from_instant, 'epoch') as from_instant, z.tz
from pico.sites s
join pico.site_zones z using (site_id)
order by s.domain, z.from_instant;

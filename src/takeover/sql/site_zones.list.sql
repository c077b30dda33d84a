select s.domain, greatest(z.from_instant, 'epoch') as from_instant, z.tz
from pico.sites s
join pico.site_zones z using (site_id)
order by s.domain, z.from_instant;

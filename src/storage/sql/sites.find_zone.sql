select s.site_id, z.tz
from pico.sites s
join pico.site_zones z using (site_id)
where s.domain = $1 and z.from_instant <= $2
order by z.from_instant desc
limit 1;

select s.site_id, s.domain, z.tz, s.created_at, s.settings @> '{"storeIp": true}'
from pico.sites s
cross join lateral (
  select tz
  from pico.site_zones
  where site_id = s.site_id and from_instant <= $1
  order by from_instant desc
  limit 1
) z
order by s.domain;

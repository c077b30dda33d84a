-- $1 page, $2 its domain, $3 its host name, $4 its path, $5 and $6 the range of time, $7 and $8 the local days that may fall into it.
select hour, least(sum(views), 9223372036854775807)::bigint
from (
  select hour, views
  from pico.page_counts
  where site_id in (0, (select site_id from pico.sites where domain = $2)) and page = $1 and hour >= $5 and hour < $6
  union all
  select date_trunc('hour', e.at), 1
  from pico.sites s
  join pico.pages p on p.site_id = s.site_id and p.hostname = $3 and p.path = $4
  join pico.events e on e.site_id = s.site_id and e.page_id = p.page_id
  join pico.visits v on v.site_id = e.site_id and v.day = e.day and v.visit_id = e.visit_id
  where s.domain = $2 and e.day between $7 and $8 and e.at >= $5 and e.at < $6 and e.kind in (1, 5, 6, 10) and v.bot = 0
) counts (hour, views)
group by hour
order by hour;

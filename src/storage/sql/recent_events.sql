-- A visitor's visits of a day are $3 (visitor_id) and the ids after it. Custom events have their name elsewhere.
select e.at, e.kind, coalesce(n.name, ''), p.hostname, p.path, e.visit_id, d.browser, d.os, l.country, a.channel
from pico.sites s
cross join lateral (
  select visit_id, at, kind, null::bigint as name_id, page_id
  from pico.events
  where site_id = s.site_id and day = $2 and visit_id between $3 and $3 + 1023 and kind <> 0
  union all
  select visit_id, at, 0, name_id, page_id
  from pico.event_details
  where site_id = s.site_id and day = $2 and visit_id between $3 and $3 + 1023
) e
join pico.visits v on v.site_id = s.site_id and v.day = $2 and v.visit_id = e.visit_id
join pico.pages p on p.site_id = s.site_id and p.page_id = e.page_id
join pico.acquisitions a on a.site_id = s.site_id and a.acquisition_id = v.acquisition_id
join pico.devices d on d.device_id = v.device_id
join pico.locations l on l.location_id = v.location_id
left join pico.event_names n on n.name_id = e.name_id
where s.domain = $1
order by e.at desc
limit $4;

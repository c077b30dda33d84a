with site as (
  select site_id from pico.sites where domain = $1
), recent as (
  select e.site_id, e.day, e.visit_id, e.at, e.page_id, e.kind
  from pico.visits v
  join site using (site_id)
  join pico.events e on e.site_id = v.site_id and e.day = v.day and e.visit_id = v.visit_id
  where v.day >= current_date - 1 and v.visit_id >= $2 and v.visit_id < $2 + 1024 and e.day >= current_date - 1
  order by e.at desc
  limit $3
)
select r.at, r.kind, coalesce(n.name, ''), p.path, d.browser, d.os, l.country, a.channel, r.visit_id
from recent r
join pico.visits v on v.site_id = r.site_id and v.day = r.day and v.visit_id = r.visit_id
join pico.pages p on p.site_id = r.site_id and p.page_id = r.page_id
join pico.acquisitions a on a.site_id = v.site_id and a.acquisition_id = v.acquisition_id
join pico.devices d on d.device_id = v.device_id
join pico.locations l on l.location_id = v.location_id
left join lateral (
  select w.name
  from pico.event_details x
  join pico.event_names w using (name_id)
  where r.kind = 0 and x.site_id = r.site_id and x.day = r.day and x.visit_id = r.visit_id and x.at = r.at
  limit 1
) n on true
order by r.at desc

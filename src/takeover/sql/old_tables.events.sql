-- The next events in the order of their ids, each with what its session says of it. The order of the columns is that of
-- src/takeover/columns.hpp. `rank`: the old server stored the events of half a second under one time; their order is in their ids only.
select
  e.id,
  case when e.created_at >= '2000-01-02' and e.created_at < now() + interval '23 hours' then e.created_at end,
  row_number() over (partition by e.session_id, e.created_at order by e.id) - 1,
  s.id is not null,
  coalesce(d.domain_name, ''),
  e.name,
  e.path,
  e.referrer,
  e.visitor_id,
  e.load_time,
  e.ttfb,
  coalesce(s.bot, false),
  coalesce(s.country, ''),
  coalesce(s.subdivision, ''),
  coalesce(s.city, ''),
  coalesce(s.latitude, 0),
  coalesce(s.longitude, 0),
  coalesce(s.browser, ''),
  coalesce(s.browser_version, ''),
  coalesce(s.os, ''),
  coalesce(s.os_version, ''),
  coalesce(s.platform, ''),
  coalesce(s.device_type, ''),
  coalesce(s.screen_w, 0),
  coalesce(s.screen_h, 0),
  coalesce(s.pixel_depth, 0),
  coalesce(s.pixel_ratio, 0),
  coalesce(s.timezone, ''),
  coalesce(s.utm_source, ''),
  coalesce(s.utm_medium, ''),
  coalesce(s.utm_campaign, ''),
  coalesce(s.utm_content, ''),
  coalesce(s.utm_term, '')
from (
  select id, name, domain_id, path, referrer, visitor_id, session_id, load_time, ttfb, created_at
  from events
  where id > $1 and id <= $2
  order by id
  limit $3
) e
left join domains d on d.domain_id = e.domain_id
left join sessions s on s.id = e.session_id
order by e.id;

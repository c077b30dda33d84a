-- The next events in the order of their ids, each with what its session says of it. The order of the columns is that of
-- src/takeover/columns.hpp. `rank`: the old server stored the events of half a second, or of an outage, under one time; their order is in their ids
-- only. They may have begun before these events, so those from $4 on are counted, too.
select
  e.id,
  case when e.created_at >= '2000-01-02' and e.created_at < now() + interval '23 hours' then e.created_at end,
  e.rank,
  e.moment_began,
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
  select
    *,
    row_number() over (partition by session_id, created_at order by id) - 1 as rank,
    min(id) over (partition by created_at) as moment_began
  from (
    select id, session_id, created_at, null as name, null::int as domain_id, null as path, null as referrer, null as visitor_id, null::int as load_time, null::int as ttfb
    from events
    where id >= $4 and id <= $1
    union all (
      select id, session_id, created_at, name, domain_id, path, referrer, visitor_id, load_time, ttfb
      from events
      where id > $1 and id <= $2
      order by id
      limit $3
    )
  ) counted
) e
left join domains d on d.domain_id = e.domain_id
left join sessions s on s.id = e.session_id
where e.id > $1
order by e.id;

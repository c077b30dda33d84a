-- The old events as they are counted here: by session, visitor and local day of the site.
with m as (
  select domain_id, site, zone from unnest($1::bigint[], $2::text[], $3::text[]) as m (domain_id, site, zone)
), checked as (
  select
    m.site,
    e.session_id,
    e.visitor_id,
    (e.created_at at time zone m.zone)::date as day,
    e.name = 'ping' as ping,
    e.created_at >= '2000-01-02' and e.created_at < now() + interval '23 hours' and btrim(e.name) <> '' and s.id is not null as good
  from events e
  join m using (domain_id)
  left join sessions s on s.id = e.session_id
  where e.id <= $4
), pieces as (
  select
    site,
    session_id,
    visitor_id,
    day,
    count(*) filter (where good and not ping) as events,
    count(*) filter (where good and ping) as pings,
    count(*) filter (where not good) as left_out
  from checked
  group by site, session_id, visitor_id, day
)
select
  site,
  sum(events)::bigint,
  sum(pings)::bigint,
  sum(left_out)::bigint,
  count(distinct visitor_id) filter (where events > 0),
  count(distinct (visitor_id, day)) filter (where events > 0),
  count(distinct session_id) filter (where events > 0),
  count(distinct (session_id, day)) filter (where events > 0),
  count(distinct session_id),
  min(day) filter (where events > 0)::text,
  max(day) filter (where events > 0)::text
from pieces
group by site;

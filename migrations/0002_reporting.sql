-- The stable SQL interface (docs/schema.md lists every column): the original picolytics' three relations with its column names and
-- types, then columns of ours. With search_path = reporting its dashboards run unchanged.
--
-- Words are joined from the outside (left join on their primary key), so that the planner leaves out those a query does not ask for,
-- and facts keep their own columns in the conditions, so that ranges of created_at and updated_at leave out whole months.

create schema reporting;

-- The names of the built-in kinds (include/pico/event/kind.hpp) that are rows of pico.events.
create table pico.event_kinds (
  kind smallint primary key,
  name text not null
);
insert into pico.event_kinds (kind, name)
values (1, 'load'), (2, 'visible'), (3, 'hidden'), (4, 'hashchange'), (5, 'popstate'), (6, 'pushstate');

create view reporting.domains as
select
  s.site_id as domain_id,
  s.domain as domain_name,
  s.created_at,
  (
    select z.tz
    from pico.site_zones z
    where z.site_id = s.site_id and z.from_instant <= now()
    order by z.from_instant desc
    limit 1
  ) as time_zone
from pico.sites s;

create view reporting.sessions as
select
  v.visit_id as id,
  v.last_at as updated_at,
  floor(extract(epoch from v.last_at - v.started_at))::int as duration,
  v.pageviews < 2 and v.flags & 1 = 0 as bounce,
  xp.path as exit_path,
  to_hex(v.visit_id & -1024) as visitor_id,
  v.started_at as created_at,
  v.site_id as domain_id,
  np.path as entry_path,
  l.country::varchar(4) as country,
  case when l.latitude <> 0 or l.longitude <> 0 then l.latitude::numeric::double precision end as latitude,
  case when l.latitude <> 0 or l.longitude <> 0 then l.longitude::numeric::double precision end as longitude,
  l.subdivision,
  l.city,
  d.browser,
  d.browser_version,
  d.os,
  d.os_version,
  d.platform,
  d.device_type,
  v.bot <> 0 as bot,
  c.width as screen_w,
  c.height as screen_h,
  c.timezone,
  c.pixel_ratio::numeric::double precision as pixel_ratio,
  c.pixel_depth,
  a.utm_source,
  a.medium as utm_medium,
  a.campaign as utm_campaign,
  a.content as utm_content,
  a.term as utm_term,
  -- ours
  v.day,
  v.pageviews,
  v.events,
  a.channel,
  a.source,
  a.referrer,
  a.click_id,
  np.hostname as hostname,
  xp.hostname as exit_hostname,
  c.language,
  v.bot as bot_reason
from pico.visits v
left join pico.pages np on np.site_id = v.site_id and np.page_id = v.entry_page_id
left join pico.pages xp on xp.site_id = v.site_id and xp.page_id = v.exit_page_id
left join pico.acquisitions a on a.site_id = v.site_id and a.acquisition_id = v.acquisition_id
left join pico.devices d on d.device_id = v.device_id
left join pico.locations l on l.location_id = v.location_id
left join pico.screens c on c.screen_id = v.screen_id
where v.events > 0;

-- Custom events are rows of both tables; event_details has all of them, and what pico.events has not: the name.
-- id: events have no key of their own. It is made of what they are, and only serves to tell them apart.
create view reporting.events as
select
  hashint8extended(e.visit_id, (extract(epoch from e.at) * 1000)::bigint # e.page_id # e.kind) as id,
  k.name,
  e.site_id as domain_id,
  p.path,
  a.referrer,
  to_hex(e.visit_id & -1024) as visitor_id,
  e.visit_id as session_id,
  e.load_ms::int as load_time,
  e.ttfb_ms::int as ttfb,
  e.at as created_at,
  -- ours
  e.day,
  p.hostname,
  a.channel,
  a.source,
  v.bot <> 0 as bot,
  null::jsonb as properties
from pico.events e
left join pico.event_kinds k on k.kind = e.kind
left join pico.pages p on p.site_id = e.site_id and p.page_id = e.page_id
left join pico.visits v on v.site_id = e.site_id and v.day = e.day and v.visit_id = e.visit_id
left join pico.acquisitions a on a.site_id = v.site_id and a.acquisition_id = v.acquisition_id
where e.kind <> 0
union all
select
  hashint8extended(e.visit_id, (extract(epoch from e.at) * 1000)::bigint # e.page_id # e.name_id),
  n.name,
  e.site_id,
  p.path,
  a.referrer,
  to_hex(e.visit_id & -1024),
  e.visit_id,
  0,
  0,
  e.at,
  e.day,
  p.hostname,
  a.channel,
  a.source,
  v.bot <> 0,
  e.properties
from pico.event_details e
left join pico.event_names n on n.name_id = e.name_id
left join pico.pages p on p.site_id = e.site_id and p.page_id = e.page_id
left join pico.visits v on v.site_id = e.site_id and v.day = e.day and v.visit_id = e.visit_id
left join pico.acquisitions a on a.site_id = v.site_id and a.acquisition_id = v.acquisition_id;

-- A role for dashboards that sees this schema and nothing else: give its membership, or a password and LOGIN. Where the server's own
-- role may not create roles, an administrator does so (docs/schema.md). Roles belong to the cluster: another database may have made it.
do $$
begin
  if not exists (select from pg_roles where rolname = 'picolytics_reader') then
    begin
      create role picolytics_reader nologin;
    exception
      when duplicate_object or unique_violation then null; -- another database was quicker
      when insufficient_privilege then return;
    end;
  end if;
  grant usage on schema reporting to picolytics_reader;
  grant select on all tables in schema reporting to picolytics_reader;
  begin
    alter role picolytics_reader set search_path = reporting;
    -- Joins facts month by month, and so leaves out the months of both sides.
    alter role picolytics_reader set enable_partitionwise_join = on;
  exception
    when insufficient_privilege then null; -- somebody else's role
  end;
end
$$;

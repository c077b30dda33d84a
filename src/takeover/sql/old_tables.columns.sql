-- What is missing of the tables and columns that are read. Views do not count: `reporting` has the same names.
with wanted (name, columns) as (
  values
    ('domains', '{domain_id,domain_name}'::text[]),
    (
      'sessions',
      '{id,created_at,domain_id,country,latitude,longitude,subdivision,city,browser,browser_version,os,os_version,platform,device_type,
        bot,screen_w,screen_h,timezone,pixel_ratio,pixel_depth,utm_source,utm_medium,utm_campaign,utm_content,utm_term}'
    ),
    ('events', '{id,name,domain_id,path,referrer,visitor_id,session_id,load_time,ttfb,created_at}')
), found as (
  select w.name, w.columns, c.oid
  from wanted w
  left join pg_catalog.pg_class c on c.relname = w.name and c.relkind in ('r', 'p') and c.relnamespace = (select oid from pg_catalog.pg_namespace where nspname = $1)
)
select
  f.name,
  f.oid is not null as has_table,
  coalesce(string_agg(k.name, ', ' order by k.position) filter (where a.attname is null), '') as missing
from found f
cross join unnest(f.columns) with ordinality as k (name, position)
left join pg_catalog.pg_attribute a on a.attrelid = f.oid and a.attname = k.name and a.attnum > 0 and not a.attisdropped
group by f.name, f.oid
order by f.name;

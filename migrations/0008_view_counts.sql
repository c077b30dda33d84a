-- Live view counters over WebSocket (docs/live-views.md).

-- Views of an article or a page since ever, spread over shards like page_counts. tag: what kind of item it is. title: of an article, the
-- latest one that came by this shard; the one with the latest titled_at counts.
create table pico.view_counts (
  site_id int not null,
  tag text not null,
  item text not null,
  shard smallint not null,
  unique_views bigint not null,
  total_views bigint not null,
  title text not null,
  titled_at timestamptz not null,
  primary key (site_id, tag, item, shard)
);

-- Where views came from outside the site: an address without its query, and a random id of the WebSocket.
create table pico.external_referrers (
  site_id int not null,
  id uuid not null default gen_random_uuid(),
  at timestamptz not null default now(),
  connection_id uuid not null,
  referrer text not null,
  page text not null,
  primary key (site_id, id)
);
create index on pico.external_referrers (site_id, at);

create view reporting.view_counts as
select
  site_id as domain_id,
  tag,
  item,
  (array_agg(title order by titled_at desc))[1] as title,
  sum(unique_views)::bigint as unique_views,
  sum(total_views)::bigint as total_views
from pico.view_counts
group by site_id, tag, item;

create view reporting.external_referrers as
select site_id as domain_id, id, at as created_at, connection_id, referrer, page
from pico.external_referrers;

do $$
begin
  if exists (select from pg_roles where rolname = 'picolytics_reader') then
    grant select on reporting.view_counts, reporting.external_referrers to picolytics_reader;
  end if;
end
$$;

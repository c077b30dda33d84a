-- Page views that are handed in as numbers, without visitors (POST /page-views/…; docs/page-views.md).

-- views of a page in an hour (UTC), spread over shards: every session that writes holds a shard of its own (an advisory lock), so no
-- two writers ever wait for the same row. The figure is the sum over the shards. site_id 0: the page names no host of a site.
create table pico.page_counts (
  site_id int not null,
  page text not null,
  hour timestamptz not null,
  shard smallint not null,
  views bigint not null,
  primary key (site_id, page, hour, shard)
);
create index on pico.page_counts (hour);

-- The last batch of each process that counts. It moves in the batch's own transaction, first of all, so that a batch whose commit was
-- interrupted can be tried again: the second attempt waits for the first and changes nothing when that one took place.
create table pico.count_batches (
  writer uuid primary key,
  batch bigint not null,
  updated_at timestamptz not null default now()
);

create view reporting.page_counts as
select site_id as domain_id, page, hour, sum(views)::numeric as views
from pico.page_counts
group by site_id, page, hour;

do $$
begin
  if exists (select from pg_roles where rolname = 'picolytics_reader') then
    grant select on reporting.page_counts to picolytics_reader;
  end if;
end
$$;

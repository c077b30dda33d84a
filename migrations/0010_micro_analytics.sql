-- What µAnalytics' API hands in (docs/decisions/0014-micro-analytics.md): ordinary facts, and beside them what that API gives back item by
-- item and a visit has only once.

-- A page view handed in by that API (event::Kind::visit).
insert into pico.event_kinds (kind, name) values (10, 'visit');

-- micro: the event was handed in by that API and has a row in pico.micro_visits.
alter table pico.event_details add column micro boolean not null default false;

-- Platform, domain of the referrer and country of an item, as the API gives them.
create table pico.micro_labels (
  label_id bigint primary key,
  platform text not null,
  referer_domain text not null,
  country text not null,
  condemned boolean not null default false
);

-- One row an item. who: keyed pseudonym of the address that came, or the visitor of that day (setting microAnalyticsUnique). name_id: of
-- event_names, 0: blank. number: orders items of the same moment as they came.
create table pico.micro_visits (
  visit_id bigint not null,
  at timestamptz not null,
  who bigint not null,
  page_id bigint not null,
  name_id bigint not null,
  label_id bigint not null,
  site_id int not null,
  day date not null,
  number int not null
) partition by range (day);
create index on pico.micro_visits (site_id, day);
create index on pico.micro_visits using brin (at) with (autosummarize = on);

-- The addresses themselves, for sites whose owner has asked to keep them (settings: storeIp) and for no other.
-- last_day: of the items that came from there.
create table pico.micro_addresses (
  site_id int not null,
  who bigint not null,
  ip text not null,
  last_day date not null,
  primary key (site_id, who)
);

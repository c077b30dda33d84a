-- Which of the months $1 (first days) have no partition of which fact table.
select t.name, m.month
from unnest($1::date[]) as m (month)
cross join unnest(array['events', 'visits', 'event_details', 'engagement', 'micro_visits']) as t (name)
where not exists (
  select
  from pg_inherits i
  where i.inhparent = format('pico.%I', t.name)::regclass
    and i.inhrelid = to_regclass(format('pico.%I', t.name || to_char(m.month, '_YYYY_MM')))
)
order by m.month, t.name;
